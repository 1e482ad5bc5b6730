"""The epoch of dispatch: how a dispatcher that another one has replaced is kept from sending.

The dispatcher's lock alone does not suffice: a process that was stopped, or that lost its server,
may go on after another process has taken the lock. So whoever takes the lock raises the epoch, and
every write and every request to a machine needs the present epoch.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Any

from servicekit.storage.database import Database
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from printer.domain.attribution import Attribution
from printer.store.database_continuity import AnnouncementMark, server_identity
from printer.store.restores import RestoreRecords
from printer.store.tables.dispatch import dispatch

# An announcement that took longer is made again: what it found may not be true any more.
ANNOUNCEMENT_SECONDS = 2.0


class DispatchEpochLost(Exception):
    """Another process has become the dispatcher; this one must end."""


class DispatchEpoch:
    """The epoch in which this process is the dispatcher. monotonic: real time in seconds."""

    def __init__(self, database: Database, number: int, monotonic: Callable[[], float]) -> None:
        self._database = database
        self._mark = AnnouncementMark(database)
        self._number = number
        self._monotonic = monotonic

    async def announce_request(self) -> None:
        """Record that a request to a machine follows at once.

        It is a write, not a read: a server that was cut off from its synchronous replica commits
        none. Raises DispatchEpochLost.
        """
        seconds = float("inf")
        while seconds > ANNOUNCEMENT_SECONDS:
            started = self._monotonic()
            async with self._database.begin() as connection:
                await self._update(connection, requests=dispatch.c.requests + 1)
                requests = await connection.scalar(select(dispatch.c.requests))
            self._mark.write(requests or 0)
            seconds = self._monotonic() - started

    async def require(self, connection: AsyncConnection) -> None:
        """Raise DispatchEpochLost, or keep others from raising the epoch in this transaction."""
        statement = select(dispatch.c.epoch).with_for_update(read=True)
        if await connection.scalar(statement) != self._number:
            raise DispatchEpochLost(f"the epoch of dispatch is not {self._number} any more")

    async def begin(
        self, former: Row[Any], longest_request_seconds: float, by: Attribution
    ) -> None:
        """Record the beginning of the epoch, and a restore if the database has gone back in time.

        former: the row of `dispatch` before. longest_request_seconds: for how long a request of
        this epoch may still reach a machine.
        """
        async with self._database.begin() as connection:
            await RestoreRecords(connection, self._mark).notice_if_suspected(by)
            await self._update(
                connection,
                longest_request_seconds=longest_request_seconds,
                server_identity=await server_identity(connection),
            )
        self._mark.write(former.requests)

    async def _update(self, connection: AsyncConnection, **values: object) -> None:
        statement = update(dispatch).where(dispatch.c.epoch == self._number).values(values)
        if (await connection.execute(statement)).rowcount != 1:
            raise DispatchEpochLost(f"the epoch of dispatch is not {self._number} any more")


async def begin_dispatch_epoch(
    database: Database,
    request_seconds: float,
    by: Attribution,
    monotonic: Callable[[], float] = time.monotonic,
) -> DispatchEpoch:
    """Raise the epoch and wait until no request of the former dispatcher can reach a machine.

    To be called by the holder of the dispatcher's lock. request_seconds: longest time that a
    request of this process lasts, once it was announced. The holder of a file's lock has ended
    when another process holds it, so only with a server there is something to wait for. A database
    that has gone back in time is noticed here: then nothing is assigned until persons release it.
    """
    raising = update(dispatch).values(epoch=dispatch.c.epoch + 1).returning(*dispatch.c)
    async with database.begin() as connection:
        former = (await connection.execute(raising)).one()
    if database.is_shared and former.requests:
        await asyncio.sleep(former.longest_request_seconds)
    epoch = DispatchEpoch(database, former.epoch, monotonic)
    await epoch.begin(former, ANNOUNCEMENT_SECONDS + request_seconds, by)
    return epoch
