"""Stored responses of requests that come at the same time are found by one SELECT."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime

import pytest
from servicekit.errors import DatabaseBusy, DatabaseUnavailable
from servicekit.storage.database import Database
from servicekit.storage.idempotency import idempotency_table
from servicekit.storage.request_locks import Key
from servicekit.storage.response_lookup import ResponseLookup, StoredResponse
from sqlalchemy import MetaData, insert
from sqlalchemy.ext.asyncio import AsyncConnection

TABLES = MetaData()
RECORDS = idempotency_table(TABLES)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    async with made.begin() as connection:
        await connection.run_sync(TABLES.create_all)
        await connection.execute(
            insert(RECORDS),
            [
                {
                    "caller": "registry",
                    "request_type": "Create",
                    "request_id": f"{number}",
                    "request_digest": b"digest",
                    "response": b"%d" % number,
                    "completed_at": datetime(2026, 1, 1, tzinfo=UTC),
                }
                for number in range(0, 200, 2)
            ],
        )
    yield made
    await made.close()


class Reads:
    """Counts what is read, and holds it up while ``go_on`` is not set."""

    def __init__(self, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.begun, self.go_on = asyncio.Event(), asyncio.Event()
        self._read_once = database.read_once
        monkeypatch.setattr(database, "read_once", self._held)

    @asynccontextmanager
    async def _held(self) -> AsyncIterator[AsyncConnection]:
        self.count += 1
        self.begun.set()
        await self.go_on.wait()
        async with self._read_once() as connection:
            yield connection


@pytest.fixture
def reads(database: Database, monkeypatch: pytest.MonkeyPatch) -> Reads:
    return Reads(database, monkeypatch)


def key(number: int) -> Key:
    return "registry", "Create", f"{number}"


async def test_each_gets_its_own(database: Database, reads: Reads) -> None:
    find = ResponseLookup(database, RECORDS)

    looked_for = [asyncio.create_task(find(key(number))) for number in range(100)]
    await reads.begun.wait()
    later = [asyncio.create_task(find(key(number))) for number in range(100, 150)]
    await asyncio.sleep(0)
    reads.go_on.set()
    found = await asyncio.gather(*looked_for, *later)

    assert found == [
        None if number % 2 else StoredResponse(b"digest", b"%d" % number) for number in range(150)
    ]
    assert reads.count == 3, "64, 64 and 22"


async def test_one_alone_is_found(database: Database) -> None:
    find = ResponseLookup(database, RECORDS)

    assert await find(key(4)) == StoredResponse(b"digest", b"4")
    assert await find(key(5)) is None


async def test_keys_differ_by_each_of_their_parts(database: Database) -> None:
    find = ResponseLookup(database, RECORDS)

    keys = [
        ("registry", "Create", "2"),
        ("registry", "Delete", "2"),
        ("issuance", "Create", "2"),
    ]
    found = await asyncio.gather(*map(find, keys))

    assert found == [StoredResponse(b"digest", b"2"), None, None]


async def test_one_that_goes_takes_nobody_along(database: Database, reads: Reads) -> None:
    find = ResponseLookup(database, RECORDS)

    gone, stays = asyncio.create_task(find(key(2))), asyncio.create_task(find(key(4)))
    await reads.begun.wait()
    gone.cancel()
    with suppress(asyncio.CancelledError):
        await gone
    reads.go_on.set()

    assert await stays == StoredResponse(b"digest", b"4")
    assert await find(key(6)) == StoredResponse(b"digest", b"6")


async def test_what_does_not_end_is_given_up(database: Database, reads: Reads) -> None:
    find = ResponseLookup(database, RECORDS, longest_seconds=0.2)

    first, second = await asyncio.gather(find(key(2)), find(key(4)), return_exceptions=True)
    reads.go_on.set()
    find._longest_seconds = 60.0

    assert isinstance(first, DatabaseUnavailable)
    assert isinstance(second, DatabaseUnavailable)
    assert first is not second
    assert await find(key(2)) == StoredResponse(b"digest", b"2")


async def test_where_all_connections_are_in_use_the_database_is_busy(database: Database) -> None:
    find = ResponseLookup(database, RECORDS, longest_seconds=0.2)

    async with AsyncExitStack() as transactions:
        while not database.is_busy():
            await transactions.enter_async_context(database.read())
        with pytest.raises(DatabaseBusy) as refused:
            await find(key(2))
    find._longest_seconds = 60.0

    assert refused.value.retry_after is not None
    assert await find(key(2)) == StoredResponse(b"digest", b"2")
