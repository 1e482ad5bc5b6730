"""A call whose deadline passed, or whose client hung up, leaves no statement running."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from servicekit.storage.database import Database
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# Goes on for minutes at least.
COUNT = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
ENDLESS = {"sqlite": COUNT, "postgresql": "SELECT pg_sleep(600)"}
REQUEST = pb.DeleteEncounterRequest(request_id="request-1", encounter_id="e1")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    async with made.begin() as transaction:
        await transaction.execute(text("CREATE TABLE things (n INTEGER)"))
    yield made
    await made.close()


async def endless(database: Database, started: asyncio.Event) -> None:
    async with database.begin() as transaction:
        await transaction.execute(text("INSERT INTO things VALUES (1)"))
        started.set()
        await transaction.execute(text(ENDLESS[database.engine.dialect.name]))


async def write(database: Database) -> int:
    async with asyncio.timeout(20), database.begin() as transaction:
        await transaction.execute(text("INSERT INTO things VALUES (2)"))
        return await count(transaction)


async def count(transaction: AsyncConnection) -> int:
    return await transaction.scalar(text("SELECT count(*) FROM things")) or 0


async def test_the_write_of_a_call_that_is_too_late_is_undone_and_others_write(
    database: Database, serve: Any, connect: Any, failure: Any
) -> None:
    async def delete(request: Any, context: Any) -> Any:
        await endless(database, asyncio.Event())

    address = await serve({"DeleteEncounter": delete})
    late = await failure(stubs.EncountersStub(connect(address)).DeleteEncounter(REQUEST, timeout=1))

    assert late.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert await write(database) == 1


async def test_a_client_that_hangs_up_ends_its_statement(
    database: Database, serve: Any, connect: Any
) -> None:
    started = asyncio.Event()

    async def delete(request: Any, context: Any) -> Any:
        await endless(database, started)

    address = await serve({"DeleteEncounter": delete})
    call = stubs.EncountersStub(connect(address)).DeleteEncounter(REQUEST, timeout=600)
    sent = asyncio.ensure_future(call.wait_for_connection())
    await started.wait()
    call.cancel()
    await asyncio.wait([sent])

    assert await write(database) == 1


@pytest.mark.parametrize("method", ["execute", "stream"])
async def test_readers_are_interrupted_too_and_their_connections_stay_usable(
    database: Database, method: str
) -> None:
    statement = text(ENDLESS[database.engine.dialect.name])

    async def read() -> None:
        async with database.read() as transaction:
            await getattr(transaction, method)(statement)

    for _ in range(3):
        readers = [asyncio.create_task(read()) for _ in range(5)]
        await asyncio.wait(readers, timeout=0.1)
        for reader in readers:
            reader.cancel()
        async with asyncio.timeout(20):
            await asyncio.wait(readers)
        assert all(reader.cancelled() for reader in readers)

    assert await write(database) == 1
