"""Functions compiled to machine code, without losing their types."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from numba import njit  # type: ignore[import-untyped, unused-ignore]

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile `function` with numba: no GIL, the result kept on disk for the next process."""
    return cast(Callable[P, R], njit(cache=True, nogil=True)(function))


def compiled_loosely(function: Callable[P, R]) -> Callable[P, R]:
    """`compiled`, and sums may be taken in any order: several times faster on long ones."""
    return cast(Callable[P, R], njit(cache=True, nogil=True, fastmath=True)(function))
