"""The decorator that compiles numerical kernels by numba and caches them on disk.

numba inlines kernels from other files, but decides by the caller's file alone whether the cached
machine code is current: after an upgrade it could silently run outdated code. Therefore the cache
folder is named by a digest of all source files that may hold kernels.
"""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba  # type: ignore[import-untyped, unused-ignore]
import numpy as np
from numpy.typing import NDArray

# All folders of this package, and modules beside them, that may compile kernels.
_KERNEL_SOURCES = (
    "image", "extraction", "embedding", "comparison", "index", "synthetic", "ridge_map.py",
)  # fmt: skip

Kernel = TypeVar("Kernel", bound=Callable[..., Any])
Scalar = TypeVar("Scalar", bound=np.generic)


def _folder_of_current_sources(cache: Path) -> Path:
    """Return the folder within `cache` for kernels compiled from exactly the present sources."""
    digest = hashlib.sha256()
    for name in _KERNEL_SOURCES:
        pattern = name if name.endswith(".py") else f"{name}/*.py"
        for source in sorted(Path(__file__).parent.glob(pattern)):
            digest.update(source.read_bytes())
    return cache / f"kernels-{digest.hexdigest()[:16]}"


_CACHE = os.environ.get("NUMBA_CACHE_DIR") or Path(__file__).with_name("__pycache__")
numba.config.CACHE_DIR = str(_folder_of_current_sources(Path(_CACHE)))  # type: ignore[attr-defined]


def compiled(function: Kernel) -> Kernel:
    """Compile a function to machine code at its first call with each signature.

    It releases the GIL. Kernels are not parallel: the service's bounded worker pool decides how
    many cores are used.
    """
    return cast(Kernel, numba.njit(cache=True, nogil=True)(function))


def read_only(array: NDArray[Scalar]) -> NDArray[Scalar]:
    """Return a view that is not written to, as arrays in files are not.

    For numba it is another type than one that is: a kernel given both is compiled twice.
    """
    view = array.view()
    view.flags.writeable = False
    return view


def inlined(function: Kernel) -> Kernel:
    """Compile a function into each kernel that calls it: eight times faster where that is short."""
    return cast(Kernel, numba.njit(nogil=True, inline="always")(function))
