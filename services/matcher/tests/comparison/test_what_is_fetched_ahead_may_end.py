"""Kernels fetch ahead of what they read, also past the end of an array: that reads nothing."""

import mmap

import numpy as np
from matcher.comparison.prefetch import prefetch
from matcher.jit import compiled
from numpy.typing import NDArray


@compiled
def _fetch(words: NDArray[np.uint64], first: int, last: int) -> int:
    for place in range(first, last):
        prefetch(words, np.uint64(place))
    return len(words)


def test_beyond_the_end_nothing_is_read() -> None:
    # So far past the end that nothing is mapped there at all.
    words = np.frombuffer(mmap.mmap(-1, mmap.PAGESIZE), np.uint64)

    assert _fetch(words, 0, 2 * len(words)) == 512
    assert _fetch(words, 1 << 40, (1 << 40) + 8) == 512


def test_of_an_empty_array_nothing_is_read() -> None:
    assert _fetch(np.empty(0, np.uint64), 0, 64) == 0
