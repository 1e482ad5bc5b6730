"""Only one process may give work to an office's machines; a second one waits for its turn."""

import asyncio
import fcntl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from servicekit.database import Database

_LOCK = 0x7072696E746572  # "printer"
_RETRY_SECONDS = 0.5


@asynccontextmanager
async def one_dispatcher(database: Database) -> AsyncIterator[None]:
    """Wait until no other process holds the office's machines, then hold them.

    The hold ends with the block or with the process, however it ends. On PostgreSQL it is an
    advisory lock; for a SQLite file, a lock on a file beside it.
    """
    file = database.engine.url.database
    if database.engine.dialect.name == "sqlite" and file:
        async with _file_lock(Path(f"{file}.dispatcher")):
            yield
        return
    while True:
        async with database.lock(_LOCK) as mine:
            if mine:
                yield
                return
        await asyncio.sleep(_RETRY_SECONDS)


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
