"""What an interrupted statement of SQLite leaves is cleared away without waiting for the next."""

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from servicekit.storage.database import Database
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT wait() UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = Database(f"sqlite+aiosqlite:///{tmp_path}/things.db")
    async with made.begin() as transaction:
        await transaction.execute(text("CREATE TABLE things (n INTEGER)"))
    yield made
    await made.close()


@pytest.fixture
def garbage_stays() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("garbage_stays")
@pytest.mark.parametrize(
    "statement", [f"INSERT INTO things {ENDLESS}", ENDLESS], ids=["executed", "fetched"]
)
async def test_garbage_is_collected_while_a_statement_runs(
    database: Database, statement: str
) -> None:
    await _interrupted(database, statement)
    began, collected = threading.Event(), threading.Event()

    def wait() -> bool:
        began.set()
        return collected.wait(10)  # at most, if the collection waits for this

    async with database.read() as transaction:
        await _add_function(transaction, wait)
        waiting = asyncio.create_task(transaction.scalar(text("SELECT wait()")))
        await asyncio.to_thread(began.wait)
        gc.collect()
        collected.set()

        assert await waiting


async def _interrupted(database: Database, statement: str) -> None:
    began = threading.Event()

    async def run() -> None:
        async with database.begin() as transaction:
            await _add_function(transaction, began.set)
            await transaction.execute(text(statement))

    running = asyncio.create_task(run())
    await asyncio.to_thread(began.wait)
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()


async def _add_function(transaction: AsyncConnection, function: object) -> None:
    connection = (await transaction.get_raw_connection()).driver_connection
    await connection.create_function("wait", 0, function)  # type: ignore[union-attr]
