"""Who is told that the index will soon need more memory? The log, once, and monitoring always."""

import asyncio

import structlog

from matcher.domain.index_capacity import IndexCapacity
from matcher.index.served_index import ServedIndex

_INTERVAL_SECONDS = 60.0

_log = structlog.get_logger(__name__)


class WatchCapacity:
    """Warns when the index is nearly full, and again when it was not meanwhile."""

    def __init__(self, index: ServedIndex, capacity: IndexCapacity) -> None:
        self._index = index
        self._capacity = capacity
        self._warned = False

    async def run(self) -> None:
        """Check each minute, until cancelled."""
        while True:
            self.check()
            await asyncio.sleep(_INTERVAL_SECONDS)

    def check(self) -> None:
        """Log a warning if the index is nearly full and was not at the last check."""
        state = self._index.state()
        is_nearly_full = self._capacity.is_nearly_full(state)
        if is_nearly_full and not self._warned:
            _log.warning(
                "index_nearly_full",
                index_bytes=state.size_bytes,
                index_bytes_limit=self._capacity.limit_bytes,
                people=state.people,
                people_left=self._capacity.people_left(state),
            )
        self._warned = is_nearly_full
