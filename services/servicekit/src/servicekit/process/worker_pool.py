"""Where does CPU-bound work run? In a pool of threads with a bounded queue, off the event loop."""

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

_RETRY_AFTER = timedelta(seconds=1)


class WorkerPool:
    """Runs functions in ``workers`` threads, with at most ``queue_size`` of them waiting.

    Only functions that release the global interpreter lock (numpy, onnxruntime, FAISS) run in
    parallel.
    """

    def __init__(self, workers: int, queue_size: int) -> None:
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._capacity = threading.BoundedSemaphore(workers + queue_size)

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the function in a thread, with the context variables of the caller.

        Raises Overloaded immediately when the queue is full. Cancelling the call removes work that
        has not begun from the queue.
        """
        if not self._capacity.acquire(blocking=False):
            raise Overloaded("the queue for worker threads is full", retry_after=_RETRY_AFTER)
        future = self._submit(copy_context().run, work, *args, **kwargs)
        return await asyncio.wrap_future(future)

    def _submit(self, work: Callable[..., T], *args: object, **kwargs: object) -> Future[T]:
        try:
            future = self._executor.submit(work, *args, **kwargs)
        except BaseException:
            self._capacity.release()
            raise
        future.add_done_callback(lambda _: self._capacity.release())
        return future

    def close(self) -> None:
        """Wait for running work to end and cancel what is queued."""
        self._executor.shutdown(wait=True, cancel_futures=True)
