"""For how long are fingers kept that came with a call, so that its decision can be made again?"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import structlog
from servicekit.errors import DatabaseFailure
from servicekit.process.clock import Clock
from sqlalchemy.exc import SQLAlchemyError

from matcher.store.store import Store

_INTERVAL_SECONDS = 3600.0

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ForgetSuppliedFingers:
    """Deletes such fingers after a time. retention: in business time."""

    store: Store
    clock: Clock
    retention: timedelta

    async def run(self) -> None:
        """Delete what is due each hour, until cancelled."""
        while True:
            try:
                await self.forget()
            except (DatabaseFailure, SQLAlchemyError, OSError) as error:
                _log.warning("supplied_fingers_not_deleted", error=type(error).__name__)
            await asyncio.sleep(_INTERVAL_SECONDS)

    async def forget(self) -> None:
        """Delete what is due."""
        async with self.store.write() as records:
            await records.supplied_fingers.delete_stored_before(self.clock.now() - self.retention)
        await self.store.overwrite_deleted()
