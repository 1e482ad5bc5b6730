from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from servicekit.storage.database import Database
from servicekit.storage.idempotency import idempotency_table
from sqlalchemy import MetaData, insert
from sqlalchemy.exc import IntegrityError

TABLES = MetaData()
IDEMPOTENCY = idempotency_table(TABLES)
NOON = datetime(2018, 10, 30, 12, tzinfo=UTC)
KEY = {"caller": "c", "request_type": "t", "request_id": "request-1"}
RECORD = KEY | {"request_digest": b"d", "response": b"r", "completed_at": NOON}


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    async with made.begin() as connection:
        await connection.run_sync(TABLES.create_all)
    yield made
    await made.close()


@pytest.mark.parametrize("missing", list(RECORD))
async def test_a_record_needs_all_its_values(database: Database, missing: str) -> None:
    with pytest.raises(IntegrityError):
        async with database.begin() as connection:
            await connection.execute(insert(IDEMPOTENCY).values(RECORD | {missing: None}))


async def test_a_request_has_one_record(database: Database) -> None:
    async with database.begin() as connection:
        await connection.execute(insert(IDEMPOTENCY).values(RECORD))

    with pytest.raises(IntegrityError):
        async with database.begin() as connection:
            await connection.execute(insert(IDEMPOTENCY).values(RECORD))
