import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import ValidationError
from servicekit.process.settings import ServiceSettings
from servicekit.storage import request_retention
from servicekit.storage.database import Database
from servicekit.storage.idempotency import requests_table
from servicekit.storage.request_retention import forget_requests, forgetting_requests
from sqlalchemy import MetaData, insert, select

TABLES = MetaData()
REQUESTS = requests_table(TABLES)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    async with made.begin() as connection:
        await connection.run_sync(TABLES.create_all)
    yield made
    await made.close()


async def answered(database: Database, request_id: str, days_ago: float) -> None:
    async with database.begin() as connection:
        await connection.execute(
            insert(REQUESTS).values(
                caller="c", request_type="t", request_id=request_id, digest=b"", answer=b"",
                answered_at=datetime.now(UTC) - timedelta(days=days_ago),
            )
        )  # fmt: skip


async def kept(database: Database) -> set[str]:
    async with database.read() as connection:
        return set(await connection.scalars(select(REQUESTS.c.request_id)))


async def test_the_old_go_and_the_young_stay(database: Database) -> None:
    await answered(database, "young", days_ago=29.9)
    await answered(database, "old", days_ago=30.1)

    async with forgetting_requests(database, REQUESTS, days=30):
        for _ in range(100):
            if await kept(database) == {"young"}:
                break
            await asyncio.sleep(0.05)

    assert await kept(database) == {"young"}


async def test_many_go_in_several_transactions(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_retention, "_BATCH", 2)
    for number in range(5):
        await answered(database, f"{number}", days_ago=40)

    assert await forget_requests(database, REQUESTS, datetime.now(UTC)) == 5
    assert await kept(database) == set()


@pytest.mark.parametrize("days", [29, 0, -1])
def test_less_than_the_contract_promises_is_refused(
    settings: Callable[..., ServiceSettings], days: int
) -> None:
    with pytest.raises(ValidationError, match="keep_requests_days"):
        settings(keep_requests_days=days)
