from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from servicekit.storage.database import Database
from servicekit.storage.idempotency import idempotency_tables
from sqlalchemy import MetaData, insert
from sqlalchemy.exc import IntegrityError

TABLES = MetaData()
IDEMPOTENCY = idempotency_tables(TABLES)
NOON = datetime(2018, 10, 30, 12, tzinfo=UTC)
KEY = {"caller": "c", "request_type": "t", "request_id": "request-1"}
RECORD = KEY | {"request_digest": b"d", "response": b"r", "completed_at": NOON}
LEASE = KEY | {"owner": "o", "expires_at": NOON}


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
            await connection.execute(insert(IDEMPOTENCY.records).values(RECORD | {missing: None}))


@pytest.mark.parametrize("missing", list(LEASE))
async def test_a_lease_needs_all_its_values(database: Database, missing: str) -> None:
    with pytest.raises(IntegrityError):
        async with database.begin() as connection:
            await connection.execute(insert(IDEMPOTENCY.leases).values(LEASE | {missing: None}))


async def test_a_request_has_one_record_and_one_lease(database: Database) -> None:
    for table, row in ((IDEMPOTENCY.records, RECORD), (IDEMPOTENCY.leases, LEASE)):
        async with database.begin() as connection:
            await connection.execute(insert(table).values(row))

        with pytest.raises(IntegrityError):
            async with database.begin() as connection:
                await connection.execute(insert(table).values(row))
