"""How much work a server takes on, and how it lets go of it when it stops."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta

from servicekit.errors import Draining, Overloaded

_RETRY_AFTER = timedelta(seconds=1)


class LoadShedding:
    """Admits at most ``limit`` calls at once, and as many streams of answers beside them.

    Streams are counted apart, because quiet watchers must not keep short calls out.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._taken: Counter[str] = Counter()
        self._streams: set[asyncio.Task[object]] = set()
        self._ended: set[asyncio.Task[object]] = set()

    def call(self, *, always: bool = False) -> AbstractContextManager[None]:
        """A place for a call; raises Overloaded at once when there is none.

        always: neither refused nor counted.
        """
        return self._place("call", always)

    @contextmanager
    def stream(self, *, always: bool = False) -> Iterator[None]:
        """Likewise for a stream of answers; Draining is raised in it when the server stops."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  a handler always runs in a task
        with self._place("stream", always):
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
        """End all streams of answers, which would outlast any patience; clients resume them."""
        for task in self._streams - self._ended:
            self._ended.add(task)
            task.cancel()

    @contextmanager
    def _place(self, kind: str, always: bool) -> Iterator[None]:
        if always:
            yield
            return
        if self._taken[kind] >= self._limit:
            raise Overloaded("as much work as possible is under way", retry_after=_RETRY_AFTER)
        self._taken[kind] += 1
        try:
            yield
        finally:
            self._taken[kind] -= 1
