"""What keeps the index at the state of the database, and sets the service level accordingly?"""

import asyncio
import math
import time
from contextlib import suppress

import structlog
from servicekit.errors import DatabaseFailure
from sqlalchemy.exc import SQLAlchemyError

from matcher.domain.errors import IndexDoubtful
from matcher.index.served_index import ServedIndex
from matcher.store.store import Store
from matcher.use_cases.readiness import Readiness, ServiceLevel

_FOLLOW_PAUSE_SECONDS = 0.01
"""Between changes that are followed one by one: what is committed meanwhile is followed at once."""
_LOAD_RETRY_SECONDS = 60.0
_PORTION_SECONDS = 1.0
"""Between portions of encounters that are compared one by one."""

_log = structlog.get_logger(__name__)


class SuperviseIndex:
    """Catches up with the database periodically, and loads an index in doubt anew."""

    def __init__(self, store: Store, index: ServedIndex, readiness: Readiness) -> None:
        self._store = store
        self._index = index
        self._readiness = readiness
        self._no_load_before = -math.inf

    async def run(self, interval_seconds: float) -> None:
        """Check every so many seconds, and when the index is doubted, until cancelled."""
        next_portion = -math.inf
        while True:
            is_due = time.monotonic() >= next_portion
            if is_due:
                next_portion = time.monotonic() + _PORTION_SECONDS
            await self.check(compares=is_due)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._index.doubted.wait(), interval_seconds)

    async def follow(self, changed: asyncio.Event) -> None:
        """Catch up when a change was committed, by any replica, until cancelled.

        changed: set at each change; one that is missed is followed by the next check. Whatever goes
        wrong is found, and reported, by the next check, too.
        """
        while True:
            await changed.wait()
            changed.clear()
            if self._readiness.level is ServiceLevel.FULL and not self._index.doubt:
                with suppress(Exception):
                    await self._index.catch_up()
            await asyncio.sleep(_FOLLOW_PAUSE_SECONDS)

    async def check(self, *, compares: bool = True) -> None:
        """Catch up with the database, and set the level to what works.

        compares: whether some more encounters are compared one by one.
        An index in doubt is loaded anew, and while what was loaded is in doubt too, again each
        minute: then it is the database that contradicts itself.
        """
        self._index.doubted.clear()
        if was_doubted := bool(self._index.doubt):
            await self._lower(ServiceLevel.VERIFY_ONLY, self._index.doubt)
            if time.monotonic() < self._no_load_before:
                return
        try:
            if self._readiness.level is ServiceLevel.DOWN:
                async with self._store.read() as records:
                    await records.changes.head()
                await self._readiness.set_level(
                    ServiceLevel.VERIFY_ONLY, "the index is being loaded"
                )
            await self._index.catch_up()
            if compares:
                await self._index.check_portion()
        except IndexDoubtful:
            await self._lower(ServiceLevel.VERIFY_ONLY, self._index.doubt)
            if was_doubted:
                self._no_load_before = time.monotonic() + _LOAD_RETRY_SECONDS
        except (DatabaseFailure, SQLAlchemyError, OSError) as error:
            await self._lower(ServiceLevel.DOWN, "the database does not answer", error)
        except Exception as error:  # whatever it is: verification still works
            await self._lower(
                ServiceLevel.VERIFY_ONLY, "the index cannot follow the database", error
            )
        else:
            await self._readiness.set_level(ServiceLevel.FULL)

    async def _lower(
        self, level: ServiceLevel, reason: str, error: Exception | None = None
    ) -> None:
        if self._readiness.level is not level or self._readiness.reason != reason:
            _log.error("service_level_lowered", level=level.name, reason=reason, exc_info=error)
        await self._readiness.set_level(level, reason)
