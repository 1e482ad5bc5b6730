"""The lock by which only one process gives work to an office's machines."""

import asyncio
import fcntl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

from servicekit.storage.database import Database
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_LOCK_KEY = 0x7072696E746572  # "printer"
_RETRY_SECONDS = 0.5
_CHECK_SECONDS = 0.5
_CHECK_TIMEOUT_SECONDS = 2.0
# A process that checks nothing for so long stands still: the server then takes the lock from it.
# Servers before PostgreSQL 14 have no such setting.
_LIMIT_SILENCE = text(
    "SELECT set_config(name, '10s', false) FROM pg_settings WHERE name = 'idle_session_timeout'"
)


def dispatcher_lock(database: Database) -> AbstractAsyncContextManager[None]:
    """Wait until no other process holds the lock, then hold it for the block.

    The lock ends with the block or with the process, however that ends. On PostgreSQL it is an
    advisory lock of a session; for a SQLite file, a lock on a file of its own. When the connection
    to the server is lost, another process may hold the lock: the block is then cancelled and an
    ExceptionGroup raised. A process that stands still notices too late, so what the block does
    needs the epoch of dispatch as well (`printer.store.dispatch_epoch`).
    """
    file = database.engine.url.database
    if database.engine.dialect.name == "sqlite" and file:
        return _file_lock(Path(f"{file}.dispatcher"))
    return _server_lock(database.engine)


@asynccontextmanager
async def _file_lock(file: Path) -> AsyncIterator[None]:
    with file.open("a") as locked:

        async def take() -> bool:
            try:
                fcntl.flock(locked, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return False
            return True

        await _retry_until_taken(take)
        yield


@asynccontextmanager
async def _server_lock(engine: AsyncEngine) -> AsyncIterator[None]:
    # A lock of the session, not of a transaction: servers may end idle transactions.
    statement = text("SELECT pg_try_advisory_lock(:key)")
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            await connection.execute(_LIMIT_SILENCE)
            await _retry_until_taken(lambda: connection.scalar(statement, {"key": _LOCK_KEY}))
            async with asyncio.TaskGroup() as tasks:
                checking = tasks.create_task(_check_connection(connection))
                yield
                checking.cancel()
        finally:
            await connection.invalidate()  # returned to the pool, it would keep the lock


async def _retry_until_taken(take: Callable[[], Awaitable[Any]]) -> None:
    """Call `take` until its result is true, with a pause after each failure."""
    while True:
        if await take():
            return
        await asyncio.sleep(_RETRY_SECONDS)


async def _check_connection(connection: AsyncConnection) -> None:
    """Run until the server no longer answers on this connection, then raise."""
    while True:
        await asyncio.sleep(_CHECK_SECONDS)
        async with asyncio.timeout(_CHECK_TIMEOUT_SECONDS):
            await connection.execute(text("SELECT 1"))
