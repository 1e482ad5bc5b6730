import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from servicekit.process.settings import ServiceSettings
from servicekit.storage import idempotency_retention
from servicekit.storage.database import Database
from servicekit.storage.idempotency import idempotency_table
from servicekit.storage.idempotency_retention import purge, purge_records_daily
from sqlalchemy import MetaData, insert, select

TABLES = MetaData()
RECORDS = idempotency_table(TABLES)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    async with made.begin() as connection:
        await connection.run_sync(TABLES.create_all)
    yield made
    await made.close()


async def complete(database: Database, request_id: str, days_ago: float) -> None:
    async with database.begin() as connection:
        await connection.execute(
            insert(RECORDS).values(
                caller="c", request_type="t", request_id=request_id, request_digest=b"",
                response=b"", completed_at=datetime.now(UTC) - timedelta(days=days_ago),
            )
        )  # fmt: skip


async def stored(database: Database) -> set[str]:
    async with database.read() as connection:
        return set(await connection.scalars(select(RECORDS.c.request_id)))


async def test_records_older_than_the_retention_are_purged(database: Database) -> None:
    await complete(database, "young", days_ago=29.9)
    await complete(database, "old", days_ago=30.1)

    async with purge_records_daily(database, RECORDS, retention_days=30):
        for _ in range(100):
            if await stored(database) == {"young"}:
                break
            await asyncio.sleep(0.05)

    assert await stored(database) == {"young"}


async def test_many_records_are_purged_in_several_transactions(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency_retention, "_BATCH", 2)
    for number in range(5):
        await complete(database, f"{number}", days_ago=40)

    assert await purge(database, RECORDS.c.completed_at, datetime.now(UTC)) == 5
    assert await stored(database) == set()


async def test_a_record_of_the_very_moment_is_kept(database: Database) -> None:
    await complete(database, "request-1", days_ago=30)
    async with database.read() as connection:
        completed = await connection.scalar(select(RECORDS.c.completed_at))
    assert completed is not None

    assert await purge(database, RECORDS.c.completed_at, completed) == 0
    assert await purge(database, RECORDS.c.completed_at, completed + timedelta(seconds=1)) == 1


@pytest.mark.parametrize("days", [29, 0, -1])
def test_a_shorter_retention_than_the_contract_promises_is_refused(
    settings: Callable[..., ServiceSettings], days: int
) -> None:
    with pytest.raises(ValidationError, match="idempotency_retention_days"):
        settings(idempotency_retention_days=days)
