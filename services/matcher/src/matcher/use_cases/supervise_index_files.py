"""When are segments of the index sealed in files, and snapshots written?"""

import asyncio
import math
import time

import structlog

from matcher.index.following_index import FollowingIndex

_MAX_DELETED_SECONDS = 60.0
"""Longest time until a snapshot without an encounter that was deleted is begun."""
_SNAPSHOT_RETRY_SECONDS = 60.0
_COMPACTION_RETRY_SECONDS = 600.0

_log = structlog.get_logger(__name__)


class SuperviseIndexFiles:
    """Compacts the index and writes snapshots, which takes minutes and fails for lack of room.

    Nothing waits for it: `SuperviseIndex` follows the database and sets the level meanwhile.
    snapshot_interval_changes: changes after which a new snapshot is written.
    """

    def __init__(self, index: FollowingIndex, snapshot_interval_changes: int) -> None:
        self._index = index
        self._snapshot_interval_changes = snapshot_interval_changes
        self._no_snapshot_before = -math.inf
        self._no_compaction_before = -math.inf

    async def run(self, interval_seconds: float) -> None:
        """Check every so many seconds, until cancelled."""
        while True:
            await self.check()
            await asyncio.sleep(interval_seconds)

    async def check(self) -> None:
        """Compact the index in use, and save a snapshot of it, if there is one and it is due."""
        await self._compact_when_due()
        await self._save_snapshot_when_due()

    async def _compact_when_due(self) -> None:
        if time.monotonic() < self._no_compaction_before:
            return
        try:
            await self._index.compact()
        except Exception as error:  # for lack of room above all: it takes some before it gives any
            _log.warning("compaction_failed", exc_info=error)
            self._no_compaction_before = time.monotonic() + _COMPACTION_RETRY_SECONDS

    async def _save_snapshot_when_due(self) -> None:
        due = self._index.snapshot_is_due(self._snapshot_interval_changes, _MAX_DELETED_SECONDS)
        if not due or time.monotonic() < self._no_snapshot_before:
            return
        try:
            await self._index.save_snapshot()
        except Exception as error:  # the next start is slower, and the deleted stay on the disk
            _log.warning("snapshot_failed", exc_info=error)
            self._no_snapshot_before = time.monotonic() + _SNAPSHOT_RETRY_SECONDS
