"""Replicas that share a database: one carries out a request, the others leave it alone."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from servicekit.errors import RequestInProgress
from servicekit.security.identity import bind_caller, parse_identity
from servicekit.storage.database import Database
from servicekit.storage.idempotency import IdempotentRequests, StoreResponse, idempotency_tables
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

CALLER = "spiffe://id/office/national/service/issuance"
TABLES = MetaData()
IDEMPOTENCY = idempotency_tables(TABLES)
CHANGES = Table("changes", TABLES, Column("number", Integer, primary_key=True))


@pytest.fixture(autouse=True)
def _shared(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(Database, "is_shared", True)
    with bind_caller(parse_identity(CALLER)):
        yield


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    async with made.begin() as connection:
        await connection.run_sync(TABLES.create_all)
    yield made
    await made.close()


async def at_once() -> None: ...


class Replica:
    """One of several processes with the same database."""

    def __init__(self, database: Database, lease: float = 30) -> None:
        self._database = database
        self._requests = IdempotentRequests(database, IDEMPOTENCY, timedelta(seconds=lease))

    async def delete(
        self, request_id: str = "request-1", work: Callable[[], Awaitable[None]] = at_once
    ) -> str:
        """Work, then count one change; return the number of changes."""

        async def change(
            store_response: StoreResponse[pb.DeleteEncounterResponse],
        ) -> pb.DeleteEncounterResponse:
            await work()
            async with self._database.begin() as transaction:
                await transaction.execute(insert(CHANGES))
                count = await transaction.scalar(select(func.count()).select_from(CHANGES))
                response = pb.DeleteEncounterResponse(change_token=str(count))
                await store_response(transaction, response)
            return response

        request = pb.DeleteEncounterRequest(request_id=request_id, encounter_id="e1")
        response = await self._requests.run(request, pb.DeleteEncounterResponse, change)
        return response.change_token

    @asynccontextmanager
    async def working(self) -> AsyncIterator[asyncio.Future[str]]:
        """Work on the request until the block ends."""
        entered, leave = asyncio.Event(), asyncio.Event()

        async def work() -> None:
            entered.set()
            await leave.wait()

        working = asyncio.ensure_future(self.delete(work=work))
        await entered.wait()
        try:
            yield working
        finally:
            leave.set()
            await asyncio.wait([working])


async def expiry(database: Database) -> datetime:
    async with database.read() as connection:
        found = (await connection.scalars(select(IDEMPOTENCY.leases.c.expires_at))).one()
        assert isinstance(found, datetime)
        return found


async def test_a_concurrent_duplicate_is_refused_until_the_first_is_done(
    database: Database,
) -> None:
    here, there = Replica(database), Replica(database)

    async with here.working() as first:
        with pytest.raises(RequestInProgress) as refused:
            await there.delete()

    assert refused.value.retry_after is not None
    assert await first == await there.delete() == await here.delete() == "1"


async def test_other_requests_are_carried_out_meanwhile(database: Database) -> None:
    async with Replica(database).working() as first:
        assert await Replica(database).delete("request-2") == "1"

    assert await first == "2"


async def test_a_request_that_failed_may_be_repeated_at_once(database: Database) -> None:
    async def fail() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await Replica(database).delete(work=fail)

    assert await Replica(database).delete() == "1"


async def test_a_request_that_was_cancelled_may_be_repeated_at_once(database: Database) -> None:
    async with Replica(database).working() as first:
        first.cancel()
        await asyncio.wait([first])

        assert await Replica(database).delete() == "1"


async def test_the_request_of_a_replica_that_died_is_carried_out_when_its_lease_has_expired(
    database: Database,
) -> None:
    expires_at = datetime.now(UTC) + timedelta(seconds=3)
    async with database.begin() as transaction:
        await transaction.execute(
            insert(IDEMPOTENCY.leases).values(
                caller=CALLER,
                request_type="passport.matcher.v1.DeleteEncounterRequest",
                request_id="request-1",
                owner="a process that died",
                expires_at=expires_at,
            )
        )
    refusals = 0
    while True:
        try:
            assert await Replica(database).delete() == "1"
            break
        except RequestInProgress:
            refusals += 1
            await asyncio.sleep(0.2)

    assert refusals > 0
    assert datetime.now(UTC) >= expires_at


async def test_a_replica_renews_its_lease_while_it_works(database: Database) -> None:
    async with Replica(database, lease=3).working() as first:
        begun = await expiry(database)
        for _ in range(300):
            if await expiry(database) > begun:
                break
            await asyncio.sleep(0.1)
        with pytest.raises(RequestInProgress):
            await Replica(database).delete()

    assert await first == "1"


async def test_a_replica_that_lost_its_lease_does_not_commit_a_second_time(
    database: Database,
) -> None:
    async with Replica(database, lease=0).working() as slower:
        assert await Replica(database).delete() == "1"

    with pytest.raises(RequestInProgress):
        await slower
    assert await Replica(database).delete() == "1"
    assert await Replica(database).delete("request-2") == "2"


async def test_a_request_needs_a_transaction_for_its_lease_and_one_for_its_change(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = 0
    begin = database.begin

    def count_and_begin(durable: bool = True) -> AbstractAsyncContextManager[AsyncConnection]:
        nonlocal begun
        begun += 1
        return begin(durable=durable)

    monkeypatch.setattr(database, "begin", count_and_begin)

    assert await Replica(database).delete() == "1"
    assert begun == 2


async def test_many_slow_requests_hold_no_connections(database: Database) -> None:
    replica, entered, leave = Replica(database), asyncio.Semaphore(0), asyncio.Event()

    async def work() -> None:
        entered.release()
        await leave.wait()

    slow = [asyncio.ensure_future(replica.delete(f"request-{n}", work)) for n in range(40)]
    async with asyncio.timeout(20):
        for _ in slow:
            await entered.acquire()
        assert await replica.delete("quick-1") == "1"
    leave.set()

    await asyncio.gather(*slow)
    assert await replica.delete("quick-2") == "42"
