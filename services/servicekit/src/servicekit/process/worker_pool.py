"""A bounded pool of threads for work that keeps a core busy."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from typing import ParamSpec, TypeVar

from servicekit.errors import Overloaded

P = ParamSpec("P")
T = TypeVar("T")


class WorkerPool:
    """``workers`` threads and at most ``queue`` pieces of work waiting for one.

    Only work that releases the interpreter lock (numpy, onnxruntime, FAISS) gains from threads.
    """

    def __init__(self, workers: int, queue: int) -> None:
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="pool")
        self._places = threading.BoundedSemaphore(workers + queue)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Do the work in a thread; raises Overloaded at once when the queue is full.

        Work that nobody waits for any more is dropped if it has not begun.
        """
        if not self._places.acquire(blocking=False):
            raise Overloaded("too much work is waiting", retry_after=timedelta(seconds=1))
        future = self._submit(copy_context().run, work, *args, **kwargs)
        return await asyncio.wrap_future(future)

    def _submit(self, work: Callable[..., T], *args: object, **kwargs: object) -> Future[T]:
        try:
            future = self._executor.submit(work, *args, **kwargs)
        except BaseException:
            self._places.release()
            raise
        future.add_done_callback(lambda _: self._places.release())
        return future

    def close(self) -> None:
        """Let running work end, drop what waits."""
        self._executor.shutdown(wait=True, cancel_futures=True)
