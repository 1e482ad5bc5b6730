"""How much work does a server accept, from whom, and how does it end streams when it drains?"""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Literal

from servicekit.errors import Draining, Overloaded
from servicekit.security.identity import Caller

Kind = Literal["call", "stream", "infrastructure"]
"""What a slot is for. Health checks and reflection are infrastructure, streams of theirs too."""

# Of each caller. Every connection of ours watches the server's health.
_MAX_INFRASTRUCTURE_CALLS = 100

_RETRY_AFTER = timedelta(seconds=1)


class LoadShedding:
    """Limits the calls in progress to ``limit``, and the streams to as many again.

    Streams are counted apart, because idle watchers must not keep short calls out. A caller gets at
    most the fraction ``caller_share`` of the slots that no other caller holds, but one while any is
    free: so a few greedy callers never hold all (the dynamic thresholds of Choudhury and Hahne,
    IEEE/ACM Transactions on Networking 6(2), 1998). Infrastructure is limited for each caller by
    itself, because an overloaded server must still answer everybody's health checks.
    """

    def __init__(self, limit: int, caller_share: float) -> None:
        self._limit = limit
        self._caller_share = caller_share
        self._held: dict[Kind, Counter[Caller]] = {
            "call": Counter(),
            "stream": Counter(),
            "infrastructure": Counter(),
        }
        self._streams: set[asyncio.Task[object]] = set()
        self._ended: set[asyncio.Task[object]] = set()

    @contextmanager
    def slot(self, kind: Kind, caller: Caller) -> Iterator[None]:
        """Hold a slot while the block runs; raises Overloaded at once if the caller gets none."""
        held = self._held[kind]
        if held[caller] >= self._most(kind, caller):
            raise Overloaded(
                "this caller has as many calls in progress as the server accepts from it now",
                retry_after=_RETRY_AFTER,
            )
        held[caller] += 1
        try:
            yield
        finally:
            held[caller] -= 1
            if not held[caller]:
                del held[caller]

    @contextmanager
    def ended_by_drain(self) -> Iterator[None]:
        """Let ``end_streams`` end the block, which then raises Draining."""
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  a handler always runs in a task
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
        """End all streams with Draining; they might never end, and clients resume them."""
        for task in self._streams - self._ended:
            self._ended.add(task)
            task.cancel()

    def _most(self, kind: Kind, caller: Caller) -> int:
        if kind == "infrastructure":
            return _MAX_INFRASTRUCTURE_CALLS
        held = self._held[kind]
        not_held_by_others = self._limit - (held.total() - held[caller])
        return max(min(1, not_held_by_others), int(self._caller_share * not_held_by_others))
