"""Where does CPU-bound work run? In a pool of threads with a bounded queue, off the event loop."""

import asyncio
import heapq
import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

from servicekit.errors import Overloaded

P = ParamSpec("P")
T = TypeVar("T")

DEFAULT_PRIORITY = 5
"""Priority of work where none is bound; 1 is done first, 9 last."""
_PLACES_PER_PRIORITY = 64
"""Places in the queue that one step of priority is worth, so that nothing waits for ever."""
_RETRY_AFTER = timedelta(seconds=1)

_priority: ContextVar[int] = ContextVar("work_priority", default=DEFAULT_PRIORITY)
_whole: ContextVar[object | None] = ContextVar("work_whole", default=None)


@contextmanager
def work_priority(priority: int) -> Iterator[None]:
    """Give work that is queued while the block runs this priority, 1 (first) to 9."""
    token = _priority.set(priority)
    try:
        yield
    finally:
        _priority.reset(token)


@contextmanager
def one_piece_of_work() -> Iterator[None]:
    """Let all that is queued at once while the block runs take one place in a queue together."""
    token = _whole.set(object())
    try:
        yield
    finally:
        _whole.reset(token)


class WorkerPool:
    """Runs functions in ``workers`` threads, with at most ``queue_size`` of them waiting.

    What belongs together (`one_piece_of_work`) counts as one of them, however many run or wait.
    Of those that wait the one of highest priority begins first, of equals the one that came first.
    Only functions that release the global interpreter lock (numpy, onnxruntime, FAISS) run in
    parallel.
    """

    def __init__(self, workers: int, queue_size: int) -> None:
        self._executor = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self._capacity = workers + queue_size
        self._present: Counter[object] = Counter()  # functions by what they belong to
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._queue: list[tuple[int, int, Future[Any], Callable[[], Any]]] = []

    async def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the function in a thread, with the context variables of the caller.

        Raises Overloaded immediately when the queue is full. Cancelling the call removes work that
        has not begun from the queue.
        """
        context, whole = copy_context(), _whole.get() or object()
        self._take_place(whole)
        future = self._submit(lambda: context.run(work, *args, **kwargs), whole)
        return await asyncio.wrap_future(future)

    def _take_place(self, whole: object) -> None:
        with self._lock:
            if whole not in self._present and len(self._present) >= self._capacity:
                raise Overloaded("the queue for worker threads is full", retry_after=_RETRY_AFTER)
            self._present[whole] += 1

    def _leave_place(self, whole: object) -> None:
        with self._lock:
            self._present[whole] -= 1
            if not self._present[whole]:
                del self._present[whole]

    def _submit(self, work: Callable[[], T], whole: object) -> Future[T]:
        future: Future[T] = Future()
        future.add_done_callback(lambda _: self._leave_place(whole))
        number = next(self._numbers)
        place = number + _PLACES_PER_PRIORITY * _priority.get()
        with self._lock:
            heapq.heappush(self._queue, (place, number, future, work))
        try:
            self._executor.submit(self._run_first)
        except BaseException:
            future.cancel()
            raise
        return future

    def _run_first(self) -> None:
        """Run the first of the queue; it holds as many as there are calls of this to come."""
        with self._lock:
            _, _, future, work = heapq.heappop(self._queue)
        if not future.set_running_or_notify_cancel():
            return
        try:
            result = work()
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(result)

    def close(self) -> None:
        """Wait for running work to end and cancel what is queued."""
        self._executor.shutdown(wait=True, cancel_futures=True)
        for _, _, future, _ in self._queue:
            future.cancel()
