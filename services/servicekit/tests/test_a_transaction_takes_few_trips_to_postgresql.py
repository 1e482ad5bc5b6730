"""A server is asked whether a connection still works by one trip, and one statement takes one."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager

import pytest
from servicekit.storage.database import Database
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

ISOLATION = select(func.current_setting("transaction_isolation"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    if not database_url.startswith("postgresql"):
        pytest.skip("of PostgreSQL")
    made = Database(database_url)
    yield made
    await made.close()


async def test_what_reads_once_begins_nothing(database: Database) -> None:
    assert await _beside_its_statement(database, database.read_once) == [";"]


async def test_a_read_is_one_transaction(database: Database) -> None:
    assert await _beside_its_statement(database, database.read) == [
        ";",
        "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;",
        "ROLLBACK;",
    ]


async def test_so_is_a_write(database: Database) -> None:
    assert await _beside_its_statement(database, database.begin) == [
        ";",
        "BEGIN ISOLATION LEVEL READ COMMITTED;",
        "COMMIT;",
    ]


async def test_transactions_are_isolated_as_they_say(database: Database) -> None:
    async with database.begin() as transaction:
        assert await transaction.scalar(ISOLATION) == "read committed"
    async with database.read() as transaction:
        assert await transaction.scalar(ISOLATION) == "repeatable read"


async def _beside_its_statement(
    database: Database, begin: Callable[[], AbstractAsyncContextManager[AsyncConnection]]
) -> list[str]:
    """Return what a transaction of one statement sends beside it, on a connection of the pool."""
    sent: list[str] = []
    async with database.begin() as transaction:
        await transaction.scalar(ISOLATION)
        driver = (await transaction.get_raw_connection()).driver_connection
    assert driver is not None
    driver.add_query_logger(lambda query: sent.append(query.query))
    async with begin() as transaction:
        await transaction.scalar(ISOLATION)
    return sent
