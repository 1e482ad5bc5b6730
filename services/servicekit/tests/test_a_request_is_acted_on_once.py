import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from servicekit.errors import InvalidRequest, RequestIdReused, RequestInProgress
from servicekit.security.identity import acting_as, parse
from servicekit.storage.database import Database
from servicekit.storage.idempotency import IdempotentRequests, requests_table
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

TABLES = MetaData()
REQUESTS = requests_table(TABLES)
ACTS = Table("acts", TABLES, Column("number", Integer, primary_key=True))
ANSWER = pb.DeleteEncounterResponse


def request(encounter_id: str = "e1", request_id: str = "request-1") -> pb.DeleteEncounterRequest:
    return pb.DeleteEncounterRequest(encounter_id=encounter_id, request_id=request_id)


async def act(transaction: AsyncConnection) -> pb.DeleteEncounterResponse:
    """Leaves a trace, and answers how many there are."""
    await transaction.execute(insert(ACTS))
    count = await transaction.scalar(select(func.count()).select_from(ACTS))
    return pb.DeleteEncounterResponse(change_token=str(count))


async def fail(transaction: AsyncConnection) -> pb.DeleteEncounterResponse:
    await act(transaction)
    raise ConnectionError


@pytest.fixture(autouse=True)
def _issuance() -> Iterator[None]:
    with acting_as(parse("spiffe://id/office/national/service/issuance")):
        yield


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    async with made.begin() as connection:
        await connection.run_sync(TABLES.create_all)
    yield made
    await made.close()


@pytest.fixture
def once(database: Database) -> IdempotentRequests:
    return IdempotentRequests(database, REQUESTS)


async def test_the_same_request_gets_the_first_answer_again(once: IdempotentRequests) -> None:
    first = await once.run(request(), ANSWER, act)
    second = await once.run(request(), ANSWER, act)
    other = await once.run(request(request_id="request-2"), ANSWER, act)

    assert first == second
    assert other.change_token == "2"


async def test_the_same_id_with_another_content_is_refused(once: IdempotentRequests) -> None:
    await once.run(request(), ANSWER, act)

    with pytest.raises(RequestIdReused) as refused:
        await once.run(request(encounter_id="e2"), ANSWER, act)

    assert refused.value.field == "request_id"


async def test_twins_in_flight_act_once_and_get_the_same_answer(once: IdempotentRequests) -> None:
    entered, opened = asyncio.Event(), asyncio.Event()

    async def slow(transaction: AsyncConnection) -> pb.DeleteEncounterResponse:
        entered.set()
        await opened.wait()
        return await act(transaction)

    first = asyncio.ensure_future(once.run(request(), ANSWER, slow))
    await entered.wait()
    twins = [asyncio.ensure_future(once.run(request(), ANSWER, act)) for _ in range(3)]
    opened.set()

    assert {answer.change_token for answer in await asyncio.gather(first, *twins)} == {"1"}


async def test_a_failed_attempt_leaves_nothing_and_may_be_repeated(
    once: IdempotentRequests,
) -> None:
    with pytest.raises(ConnectionError):
        await once.run(request(), ANSWER, fail)

    assert (await once.run(request(), ANSWER, act)).change_token == "1"


async def test_a_twin_takes_over_when_the_first_gives_up(once: IdempotentRequests) -> None:
    entered = asyncio.Event()

    async def never(transaction: AsyncConnection) -> pb.DeleteEncounterResponse:
        entered.set()
        await asyncio.Event().wait()
        raise AssertionError("nobody sets that event")

    first = asyncio.ensure_future(once.run(request(), ANSWER, never))
    await entered.wait()
    twin = asyncio.ensure_future(once.run(request(), ANSWER, act))
    await asyncio.sleep(0)
    first.cancel()

    assert (await twin).change_token == "1"


async def test_ids_of_different_callers_and_methods_do_not_meet(once: IdempotentRequests) -> None:
    await once.run(request(), ANSWER, act)

    other_method = pb.SetEncounterStatusRequest(request_id="request-1", encounter_id="e1")
    assert (await once.run(other_method, ANSWER, act)).change_token == "2"
    with acting_as(parse("spiffe://id/office/national/service/registry")):
        assert (await once.run(request(), ANSWER, act)).change_token == "3"


async def test_work_of_several_transactions_is_recorded_by_the_last(
    once: IdempotentRequests, database: Database
) -> None:
    async with once.begin(request(), ANSWER) as record:
        assert record.earlier_answer is None
        async with database.begin() as transaction:
            await act(transaction)
        async with database.begin() as transaction:
            answer = await act(transaction)
            await record.store_answer(transaction, answer)

    async with once.begin(request(), ANSWER) as again:
        assert again.earlier_answer == answer


async def test_a_twin_that_another_replica_works_on_is_sent_away(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def held_elsewhere(key: int) -> AsyncIterator[bool]:
        yield False

    monkeypatch.setattr(database, "lock", held_elsewhere)

    with pytest.raises(RequestInProgress) as refused:
        await IdempotentRequests(database, REQUESTS).run(request(), ANSWER, act)

    assert refused.value.retry_after is not None


async def test_two_replicas_never_both_record_an_answer(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    @asynccontextmanager
    async def lost(key: int) -> AsyncIterator[bool]:
        yield True

    monkeypatch.setattr(database, "lock", lost)
    here, there = IdempotentRequests(database, REQUESTS), IdempotentRequests(database, REQUESTS)

    async with here.begin(request(), ANSWER) as slower:
        await there.run(request(), ANSWER, act)
        with pytest.raises(RequestInProgress):
            async with database.begin() as transaction:
                await slower.store_answer(transaction, ANSWER(change_token="mine"))

    assert (await here.run(request(), ANSWER, act)).change_token == "1"


async def test_a_request_without_id_is_refused(once: IdempotentRequests) -> None:
    with pytest.raises(InvalidRequest) as refused:
        await once.run(request(request_id=""), ANSWER, act)

    assert refused.value.field == "request_id"
