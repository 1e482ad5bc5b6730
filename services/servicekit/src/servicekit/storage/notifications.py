"""How does a process learn at once of what another one has committed? A server notifies it.

Only a hint: what was notified while nobody listened is lost, so whoever is notified also polls.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.storage.database import Database
from servicekit.storage.server_session import session_engine

_log = structlog.get_logger(__name__)

# How often the connection is examined.
_CHECK_SECONDS = 1.0
# After which the server ends the session of a process that stands still: what it does not fetch
# would fill the server's queue of notifications.
_SILENCE = timedelta(seconds=30)


@asynccontextmanager
async def notifications(database: Database, channel: str) -> AsyncIterator[asyncio.Event]:
    """Yield an event that is set when something was notified on a channel of the database.

    It is also set whenever listening begins, again after the connection was lost, and with SQLite
    never.
    """
    notified = asyncio.Event()
    if not database.is_shared:
        yield notified
        return
    engine = session_engine(database.engine.url, _SILENCE)
    listening = asyncio.create_task(_listen(engine, channel, notified))
    try:
        yield notified
    finally:
        listening.cancel()
        await asyncio.wait([listening])
        await engine.dispose()


async def _listen(engine: AsyncEngine, channel: str, notified: asyncio.Event) -> None:
    while True:
        try:
            await _listen_until_lost(engine, channel, notified)
        except Exception as error:  # the driver raises some of its own
            _log.warning("notifications_lost", channel=channel, error=repr(error))
        await asyncio.sleep(_CHECK_SECONDS)


async def _listen_until_lost(engine: AsyncEngine, channel: str, notified: asyncio.Event) -> None:
    """Listen until the server does not answer on the connection any more, then raise."""
    async with engine.connect() as connection:
        driver_connection: Any = (await connection.get_raw_connection()).driver_connection
        await driver_connection.add_listener(channel, lambda *_: notified.set())
        notified.set()
        while True:
            await asyncio.sleep(_CHECK_SECONDS)
            await connection.execute(text("SELECT 1"))
