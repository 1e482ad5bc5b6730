"""The lock by which only one process gives work to an office's machines."""

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from servicekit.storage.database import Database
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_LOCK_KEY = 0x7072696E746572  # "printer"
_RETRY_SECONDS = 0.5
_CHECK_SECONDS = 0.5
_CHECK_TIMEOUT_SECONDS = 2.0


def dispatcher_lock(database: Database) -> AbstractAsyncContextManager[None]:
    """Wait until no other process holds the lock, then hold it for the block.

    The lock ends with the block or with the process, however that ends. On PostgreSQL it is an
    advisory lock of a session; for a SQLite file, a lock on a file of its own. When the connection
    to the server is lost, another process may hold the lock: the block is then cancelled and an
    ExceptionGroup raised.
    """
    file = database.engine.url.database
    if database.engine.dialect.name == "sqlite" and file:
        return _file_lock(Path(f"{file}.dispatcher"))
    return _server_lock(database.engine)


@asynccontextmanager
async def _file_lock(file: Path) -> AsyncIterator[None]:
    with file.open("a") as locked:
        while True:
            try:
                fcntl.flock(locked, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(_RETRY_SECONDS)
        yield


@asynccontextmanager
async def _server_lock(engine: AsyncEngine) -> AsyncIterator[None]:
    # A lock of the session, not of a transaction: servers may end idle transactions.
    take = text("SELECT pg_try_advisory_lock(:key)")
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            while True:
                if await connection.scalar(take, {"key": _LOCK_KEY}):
                    break
                await asyncio.sleep(_RETRY_SECONDS)
            async with asyncio.TaskGroup() as tasks:
                checking = tasks.create_task(_check_connection(connection))
                yield
                checking.cancel()
        finally:
            await connection.invalidate()  # returned to the pool, it would keep the lock


async def _check_connection(connection: AsyncConnection) -> None:
    """Run until the server no longer answers on this connection, then raise."""
    while True:
        await asyncio.sleep(_CHECK_SECONDS)
        async with asyncio.timeout(_CHECK_TIMEOUT_SECONDS):
            await connection.execute(text("SELECT 1"))
