"""Makes batches in a process of their own while the network is trained on the ones before."""

import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Generator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import wait

from matcher.training.embedding.batches import Batch, make_batch

_AHEAD = 3


def background_batches(seed: int, first: int, fingers: int) -> Generator[Batch]:
    """Yield the batches of step `first` and of all later ones, without end.

    Close the generator to end the process.
    """
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn, initializer=_exit_with_parent) as pool:
        waiting = deque(pool.submit(make_batch, seed, first + k, fingers) for k in range(_AHEAD))
        try:
            while True:
                yield waiting.popleft().result()
                first += 1
                waiting.append(pool.submit(make_batch, seed, first + _AHEAD - 1, fingers))
        finally:
            pool.shutdown(cancel_futures=True)


def _exit_with_parent() -> None:
    """Exit as soon as the parent process is gone, so that a killed training leaves no process."""
    parent = multiprocessing.parent_process()
    assert parent is not None  # noqa: S101 - runs in a child only

    def end() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=end, daemon=True).start()
