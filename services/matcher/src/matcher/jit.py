"""One decorator for compiled kernels: typed, cached on disk, GIL released.

Kernels call each other across files, and numba, which puts the callee's code into the caller's,
looks only at the caller's file to see whether what it kept is of today. After an upgrade it would
silently run yesterday's code. So what is kept lies in a folder named after all sources.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba  # type: ignore[import-untyped, unused-ignore]

# Folders of this package whose modules compile kernels.
_KERNEL_FOLDERS = ("image", "embedding", "comparison", "synthetic")

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def _of_these_sources(cache: Path) -> Path:
    """Return the folder, within `cache`, of what was compiled of exactly these files."""
    digest = hashlib.sha256()
    for folder in _KERNEL_FOLDERS:
        for source in sorted((Path(__file__).parent / folder).glob("*.py")):
            digest.update(source.read_bytes())
    return cache / f"kernels-{digest.hexdigest()[:16]}"


_CACHE = os.environ.get("NUMBA_CACHE_DIR") or Path(__file__).with_name("__pycache__")
numba.config.CACHE_DIR = str(_of_these_sources(Path(_CACHE)))  # type: ignore[attr-defined]


def compiled(function: Kernel) -> Kernel:
    """Compile to machine code at the first call of each signature.

    No `parallel`: the bounded pool of the service decides how many cores are used.
    """
    return cast(Kernel, numba.njit(cache=True, nogil=True)(function))
