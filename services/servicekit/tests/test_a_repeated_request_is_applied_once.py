import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from servicekit.errors import InvalidRequest, RequestIdReused, RequestInProgress
from servicekit.security.identity import bind_caller, parse_identity
from servicekit.storage.database import Database
from servicekit.storage.idempotency import IdempotentRequests, idempotency_table
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

TABLES = MetaData()
RECORDS = idempotency_table(TABLES)
CHANGES = Table("changes", TABLES, Column("number", Integer, primary_key=True))
RESPONSE = pb.DeleteEncounterResponse


def request(encounter_id: str = "e1", request_id: str = "request-1") -> pb.DeleteEncounterRequest:
    return pb.DeleteEncounterRequest(encounter_id=encounter_id, request_id=request_id)


async def change(transaction: AsyncConnection) -> pb.DeleteEncounterResponse:
    """Insert a row and respond with the number of rows."""
    await transaction.execute(insert(CHANGES))
    count = await transaction.scalar(select(func.count()).select_from(CHANGES))
    return pb.DeleteEncounterResponse(change_token=str(count))


async def fail(transaction: AsyncConnection) -> pb.DeleteEncounterResponse:
    await change(transaction)
    raise ConnectionError


@pytest.fixture(autouse=True)
def _issuance() -> Iterator[None]:
    with bind_caller(parse_identity("spiffe://id/office/national/service/issuance")):
        yield


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    async with made.begin() as connection:
        await connection.run_sync(TABLES.create_all)
    yield made
    await made.close()


@pytest.fixture
def requests(database: Database) -> IdempotentRequests:
    return IdempotentRequests(database, RECORDS)


async def test_a_repeated_request_gets_the_first_response(requests: IdempotentRequests) -> None:
    first = await requests.run(request(), RESPONSE, change)
    second = await requests.run(request(), RESPONSE, change)
    other = await requests.run(request(request_id="request-2"), RESPONSE, change)

    assert first == second
    assert other.change_token == "2"


async def test_the_same_id_with_different_content_is_refused(requests: IdempotentRequests) -> None:
    await requests.run(request(), RESPONSE, change)

    with pytest.raises(RequestIdReused) as refused:
        await requests.run(request(encounter_id="e2"), RESPONSE, change)

    assert refused.value.field == "request_id"


async def test_concurrent_duplicates_change_once_and_get_the_same_response(
    requests: IdempotentRequests,
) -> None:
    entered, opened = asyncio.Event(), asyncio.Event()

    async def slow(transaction: AsyncConnection) -> pb.DeleteEncounterResponse:
        entered.set()
        await opened.wait()
        return await change(transaction)

    first = asyncio.ensure_future(requests.run(request(), RESPONSE, slow))
    await entered.wait()
    duplicates = [
        asyncio.ensure_future(requests.run(request(), RESPONSE, change)) for _ in range(3)
    ]
    opened.set()

    assert {response.change_token for response in await asyncio.gather(first, *duplicates)} == {"1"}


async def test_a_failed_attempt_leaves_nothing_and_may_be_repeated(
    requests: IdempotentRequests,
) -> None:
    with pytest.raises(ConnectionError):
        await requests.run(request(), RESPONSE, fail)

    assert (await requests.run(request(), RESPONSE, change)).change_token == "1"


async def test_a_concurrent_duplicate_takes_over_when_the_first_is_cancelled(
    requests: IdempotentRequests,
) -> None:
    entered = asyncio.Event()

    async def never(transaction: AsyncConnection) -> pb.DeleteEncounterResponse:
        entered.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody sets that event")

    first = asyncio.ensure_future(requests.run(request(), RESPONSE, never))
    await entered.wait()
    duplicate = asyncio.ensure_future(requests.run(request(), RESPONSE, change))
    await asyncio.sleep(0)
    first.cancel()

    assert (await duplicate).change_token == "1"


async def test_the_same_id_of_another_caller_or_method_is_another_request(
    requests: IdempotentRequests,
) -> None:
    await requests.run(request(), RESPONSE, change)

    other_method = pb.SetEncounterStatusRequest(request_id="request-1", encounter_id="e1")
    assert (await requests.run(other_method, RESPONSE, change)).change_token == "2"
    with bind_caller(parse_identity("spiffe://id/office/national/service/registry")):
        assert (await requests.run(request(), RESPONSE, change)).change_token == "3"


async def test_a_change_of_several_transactions_is_recorded_by_the_last(
    requests: IdempotentRequests, database: Database
) -> None:
    async with requests.begin(request(), RESPONSE) as record:
        assert record.stored_response is None
        async with database.begin() as transaction:
            await change(transaction)
        async with database.begin() as transaction:
            response = await change(transaction)
            await record.store_response(transaction, response)

    async with requests.begin(request(), RESPONSE) as again:
        assert again.stored_response == response


async def test_a_concurrent_duplicate_in_another_replica_is_refused(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def held_elsewhere(key: int) -> AsyncIterator[bool]:
        yield False

    monkeypatch.setattr(database, "try_lock", held_elsewhere)

    with pytest.raises(RequestInProgress) as refused:
        await IdempotentRequests(database, RECORDS).run(request(), RESPONSE, change)

    assert refused.value.retry_after is not None


async def test_two_replicas_never_both_store_a_response(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def granted_to_both(key: int) -> AsyncIterator[bool]:
        yield True

    monkeypatch.setattr(database, "try_lock", granted_to_both)
    here, there = IdempotentRequests(database, RECORDS), IdempotentRequests(database, RECORDS)

    async with here.begin(request(), RESPONSE) as slower:
        await there.run(request(), RESPONSE, change)
        with pytest.raises(RequestInProgress):
            async with database.begin() as transaction:
                await slower.store_response(transaction, RESPONSE(change_token="mine"))

    assert (await here.run(request(), RESPONSE, change)).change_token == "1"


async def test_a_request_without_id_is_refused(requests: IdempotentRequests) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await requests.run(request(request_id=""), RESPONSE, change)

    assert refused.value.field == "request_id"
