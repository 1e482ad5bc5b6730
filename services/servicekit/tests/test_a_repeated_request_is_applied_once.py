import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from servicekit.errors import InvalidRequest, RequestIdReused
from servicekit.security.identity import bind_caller, parse_identity
from servicekit.storage.database import Database
from servicekit.storage.idempotency import IdempotentRequests, StoreResponse, idempotency_table
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

TABLES = MetaData()
IDEMPOTENCY = idempotency_table(TABLES)
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


class Requests:
    """Runs changes of one transaction each."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.requests = IdempotentRequests(database, IDEMPOTENCY)

    async def run(
        self,
        request: Any,
        change: Callable[[AsyncConnection], Awaitable[pb.DeleteEncounterResponse]],
    ) -> pb.DeleteEncounterResponse:
        async def change_and_store(
            store_response: StoreResponse[pb.DeleteEncounterResponse],
        ) -> pb.DeleteEncounterResponse:
            async with self._database.begin() as transaction:
                response = await change(transaction)
                await store_response(transaction, response)
            return response

        return await self.requests.run(request, RESPONSE, change_and_store)


@pytest.fixture(params=[False, True], ids=["one process", "replicas"])
def requests(
    database: Database, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Requests:
    monkeypatch.setattr(Database, "is_shared", request.param)
    return Requests(database)


async def test_a_repeated_request_gets_the_first_response(requests: Requests) -> None:
    first = await requests.run(request(), change)
    second = await requests.run(request(), change)
    other = await requests.run(request(request_id="request-2"), change)

    assert first == second
    assert other.change_token == "2"


async def test_the_same_id_with_different_content_is_refused(requests: Requests) -> None:
    await requests.run(request(), change)

    with pytest.raises(RequestIdReused) as refused:
        await requests.run(request(encounter_id="e2"), change)

    assert refused.value.field == "request_id"


async def test_concurrent_duplicates_change_once_and_get_the_same_response(
    requests: Requests,
) -> None:
    entered, opened = asyncio.Event(), asyncio.Event()

    async def slow(transaction: AsyncConnection) -> pb.DeleteEncounterResponse:
        entered.set()
        await opened.wait()
        return await change(transaction)

    first = asyncio.ensure_future(requests.run(request(), slow))
    await entered.wait()
    duplicates = [asyncio.ensure_future(requests.run(request(), change)) for _ in range(3)]
    opened.set()

    assert {response.change_token for response in await asyncio.gather(first, *duplicates)} == {"1"}


async def test_a_failed_attempt_leaves_nothing_and_may_be_repeated(
    requests: Requests,
) -> None:
    with pytest.raises(ConnectionError):
        await requests.run(request(), fail)

    assert (await requests.run(request(), change)).change_token == "1"


async def test_a_concurrent_duplicate_takes_over_when_the_first_is_cancelled(
    requests: Requests,
) -> None:
    entered = asyncio.Event()

    async def never(transaction: AsyncConnection) -> pb.DeleteEncounterResponse:
        entered.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody sets that event")

    first = asyncio.ensure_future(requests.run(request(), never))
    await entered.wait()
    duplicate = asyncio.ensure_future(requests.run(request(), change))
    await asyncio.sleep(0)
    first.cancel()

    assert (await duplicate).change_token == "1"


async def test_the_same_id_of_another_caller_or_method_is_another_request(
    requests: Requests,
) -> None:
    await requests.run(request(), change)

    other_method = pb.SetEncounterStatusRequest(request_id="request-1", encounter_id="e1")
    assert (await requests.run(other_method, change)).change_token == "2"
    with bind_caller(parse_identity("spiffe://id/office/national/service/registry")):
        assert (await requests.run(request(), change)).change_token == "3"


async def test_a_change_of_several_transactions_is_recorded_by_the_last(
    requests: Requests, database: Database
) -> None:
    async def change_twice(
        store_response: StoreResponse[pb.DeleteEncounterResponse],
    ) -> pb.DeleteEncounterResponse:
        async with database.begin() as transaction:
            await change(transaction)
        async with database.begin() as transaction:
            response = await change(transaction)
            await store_response(transaction, response)
        return response

    first = await requests.requests.run(request(), RESPONSE, change_twice)
    second = await requests.requests.run(request(), RESPONSE, change_twice)

    assert first.change_token == second.change_token == "2"


async def test_a_request_without_id_is_refused(requests: Requests) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await requests.run(request(request_id=""), change)

    assert refused.value.field == "request_id"
