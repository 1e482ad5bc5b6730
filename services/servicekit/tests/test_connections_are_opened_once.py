import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from servicekit.storage.database import Database
from sqlalchemy import event, literal, select

ONE = select(literal(1))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    yield made
    await made.close()


@pytest.fixture
def opened(database: Database) -> list[Any]:
    opened: list[Any] = []
    event.listen(
        database.engine.sync_engine, "connect", lambda connection, _: opened.append(connection)
    )
    return opened


async def test_those_of_many_calls_at_once_are_kept_for_the_next(
    database: Database, opened: list[Any]
) -> None:
    await read_at_once(database, 12)
    await read_at_once(database, 12)

    assert len(opened) == 12


async def test_there_are_never_more_than_fifteen(database: Database, opened: list[Any]) -> None:
    reads = [asyncio.create_task(read(database)) for _ in range(40)]

    assert await asyncio.gather(*reads) == [1] * 40
    assert len(opened) <= 15


async def read(database: Database) -> int | None:
    async with database.read_once() as connection:
        return await connection.scalar(ONE)


async def read_at_once(database: Database, count: int) -> None:
    """Read by so many connections, of which none is given back before all have read."""
    have_read = asyncio.Barrier(count)

    async def read_and_wait() -> None:
        async with database.read_once() as connection:
            await connection.scalar(ONE)
            await have_read.wait()

    await asyncio.gather(*(read_and_wait() for _ in range(count)))
