"""Batches without end, made by a process of their own while the network works."""

import multiprocessing
from collections import deque
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor

from matcher.training.touches import Batch, batch

_AHEAD = 3


def stream(seed: int, first: int, fingers: int) -> Generator[Batch]:
    """Yield the batches of step `first` and all later ones; close it to end the process."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        waiting = deque(pool.submit(batch, seed, first + k, fingers) for k in range(_AHEAD))
        try:
            while True:
                yield waiting.popleft().result()
                first += 1
                waiting.append(pool.submit(batch, seed, first + _AHEAD - 1, fingers))
        finally:
            pool.shutdown(cancel_futures=True)
