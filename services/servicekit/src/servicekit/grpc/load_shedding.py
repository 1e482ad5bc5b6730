"""How much work does a server accept, and how does it end streams when it drains?"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

from servicekit.errors import Draining, Overloaded

_RETRY_AFTER = timedelta(seconds=1)


class LoadShedding:
    """Limits the calls in progress to ``limit``, and the response streams to as many again.

    Response streams are counted apart, because idle watchers must not keep short calls out.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._in_progress: Counter[str] = Counter()
        self._streams: set[asyncio.Task[object]] = set()
        self._ended: set[asyncio.Task[object]] = set()

    def call(self, *, exempt: bool = False) -> AbstractContextManager[None]:
        """Count a call while the block runs; raises Overloaded immediately at the limit.

        exempt: neither refuse nor count it.
        """
        return self._slot("call", exempt)

    @contextmanager
    def stream(self, *, exempt: bool = False) -> Iterator[None]:
        """Count a response stream while the block runs; raises Overloaded at the limit.

        Raises Draining within the block when ``end_streams`` is called.
        """
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  a handler always runs in a task
        with self._slot("stream", exempt):
            self._streams.add(task)
            try:
                yield
            except asyncio.CancelledError:
                if task not in self._ended:
                    raise
                task.uncancel()
                raise Draining("the server is stopping", retry_after=_RETRY_AFTER) from None
            finally:
                self._streams.discard(task)
                self._ended.discard(task)

    def end_streams(self) -> None:
        """End all response streams with Draining; they might never end, and clients resume them."""
        for task in self._streams - self._ended:
            self._ended.add(task)
            task.cancel()

    @contextmanager
    def _slot(self, kind: str, exempt: bool) -> Iterator[None]:
        if exempt:
            yield
            return
        if self._in_progress[kind] >= self._limit:
            raise Overloaded("the server has as many calls as it accepts", retry_after=_RETRY_AFTER)
        self._in_progress[kind] += 1
        try:
            yield
        finally:
            self._in_progress[kind] -= 1
