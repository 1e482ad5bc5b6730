"""One decorator for compiled kernels: typed, cached on disk, GIL released."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba  # type: ignore[import-untyped, unused-ignore]

Kernel = TypeVar("Kernel", bound=Callable[..., Any])


def compiled(function: Kernel) -> Kernel:
    """Compile to machine code at the first call of each signature.

    No `parallel`: the bounded pool of the service decides how many cores are used.
    """
    return cast(Kernel, numba.njit(cache=True, nogil=True)(function))
