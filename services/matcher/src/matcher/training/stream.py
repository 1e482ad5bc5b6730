"""Batches without end, made by a process of their own while the network works."""

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait

from matcher.training.touches import Batch, batch

_AHEAD = 3


def stream(seed: int, first: int, fingers: int) -> Generator[Batch]:
    """Yield the batches of step `first` and all later ones; close it to end the process."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn, initializer=_end_with_parent) as pool:
        waiting = deque(pool.submit(batch, seed, first + k, fingers) for k in range(_AHEAD))
        try:
            while True:
                yield waiting.popleft().result()
                first += 1
                waiting.append(pool.submit(batch, seed, first + _AHEAD - 1, fingers))
        finally:
            pool.shutdown(cancel_futures=True)


def _end_with_parent() -> None:
    """A training that is killed leaves nobody behind."""
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - runs in a child only

    def end() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()
