"""Work spread over threads; what is worth it here releases the interpreter's lock."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def spread(work: Callable[[T], R], pieces: Iterable[T], workers: int) -> Iterator[R]:
    """Do all pieces, so many at a time; results in order. Interrupted, it drops what waits."""
    pool = ThreadPoolExecutor(workers)
    try:
        yield from pool.map(work, pieces)
    finally:
        pool.shutdown(cancel_futures=True)
