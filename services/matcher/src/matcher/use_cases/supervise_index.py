"""Keeps the index at the state of the database, and says honestly what works."""

import asyncio
import time

import structlog
from sqlalchemy.exc import SQLAlchemyError

from matcher.index.following_index import FollowingIndex
from matcher.store.store import Store
from matcher.use_cases.readiness import Readiness, ServiceLevel

_DELETED_KEPT_SECONDS = 3600.0
"""How long a snapshot may hold what was deleted since."""
_RETRY_SECONDS = 60.0

_log = structlog.get_logger(__name__)


class IndexSupervisor:
    """Looks after the index. snapshot_interval_changes: changes from one snapshot to the next."""

    def __init__(
        self,
        store: Store,
        follower: FollowingIndex,
        readiness: Readiness,
        snapshot_interval_changes: int,
    ) -> None:
        self._store = store
        self._follower = follower
        self._readiness = readiness
        self._snapshot_every = snapshot_interval_changes
        self._no_snapshot_before = 0.0

    async def run(self, seconds: float) -> None:
        """Look again and again, with so many seconds in between, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(seconds)

    async def look(self) -> None:
        """Catch up with the database and set the level to what is possible now."""
        try:
            if self._readiness.level is ServiceLevel.DOWN:
                async with self._store.read() as records:
                    await records.changes.head()
                await self._readiness.move(ServiceLevel.VERIFY_ONLY, "the index is being loaded")
            await self._follower.catch_up()
        except (SQLAlchemyError, OSError) as error:
            await self._fall(ServiceLevel.DOWN, "the database does not answer", error)
        except Exception as error:  # whatever it is: one-to-one still works
            await self._fall(
                ServiceLevel.VERIFY_ONLY, "the index cannot follow the database", error
            )
        else:
            await self._readiness.move(ServiceLevel.FULL)
            await self._save_when_due()

    async def _save_when_due(self) -> None:
        due = self._follower.snapshot_is_due(self._snapshot_every, _DELETED_KEPT_SECONDS)
        if not due or time.monotonic() < self._no_snapshot_before:
            return
        try:
            await self._follower.save()
        except OSError as error:  # costs a slower start, nothing else
            _log.warning("snapshot_failed", error=str(error))
            self._no_snapshot_before = time.monotonic() + _RETRY_SECONDS

    async def _fall(self, level: ServiceLevel, reason: str, error: Exception) -> None:
        if self._readiness.level is not level or self._readiness.reason != reason:
            _log.error("level_falls", level=level.name, reason=reason, exc_info=error)
        await self._readiness.move(level, reason)
