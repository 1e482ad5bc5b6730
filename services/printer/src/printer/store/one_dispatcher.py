"""Only one process may give work to an office's machines; a second one waits for its turn."""

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from servicekit.storage.database import Database
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

_LOCK = 0x7072696E746572  # "printer"
_RETRY_SECONDS = 0.5
_LOOK_SECONDS = 0.5
_SILENCE_SECONDS = 2.0


def one_dispatcher(database: Database) -> AbstractAsyncContextManager[None]:
    """Wait until no other process holds the office's machines, then hold them.

    The hold ends with the block or with the process, however it ends. On PostgreSQL it is an
    advisory lock; for a SQLite file, a lock on a file beside it. A server may end it by hanging up:
    the block is then cancelled and an ExceptionGroup raised, for another process may hold it now.
    """
    file = database.engine.url.database
    if database.engine.dialect.name == "sqlite" and file:
        return _file_lock(Path(f"{file}.dispatcher"))
    return _server_lock(database.engine)


@asynccontextmanager
async def _file_lock(file: Path) -> AsyncIterator[None]:
    with file.open("a") as held:
        while True:
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                await asyncio.sleep(_RETRY_SECONDS)
        yield


@asynccontextmanager
async def _server_lock(engine: AsyncEngine) -> AsyncIterator[None]:
    # Of the session, not of a transaction, which servers may end for idling.
    take = text("SELECT pg_try_advisory_lock(:key)")
    async with engine.connect() as connection:
        await connection.execution_options(isolation_level="AUTOCOMMIT")
        try:
            while True:
                if await connection.scalar(take, {"key": _LOCK}):
                    break
                await asyncio.sleep(_RETRY_SECONDS)
            async with asyncio.TaskGroup() as tasks:
                watching = tasks.create_task(_watch(connection))
                yield
                watching.cancel()
        finally:
            await connection.invalidate()  # back in the pool it would go on holding the lock


async def _watch(connection: AsyncConnection) -> None:
    """Raise once the server does not answer on this connection any more."""
    while True:
        await asyncio.sleep(_LOOK_SECONDS)
        async with asyncio.timeout(_SILENCE_SECONDS):
            await connection.execute(text("SELECT 1"))
