"""Replicas that share a database: one carries out a request, the others wait for its response."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import pytest
from passport.matcher.v1 import encounters_pb2 as pb
from servicekit.errors import DatabaseUnavailable
from servicekit.security.identity import bind_caller, parse_identity
from servicekit.storage import server_session
from servicekit.storage.database import Database
from servicekit.storage.idempotency import IdempotentRequests, StoreResponse, idempotency_table
from servicekit.storage.server_session import ServerSession
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.databases import SERVER

pytestmark = pytest.mark.skipif(not SERVER, reason="a SQLite file belongs to one process")

CALLER = "spiffe://id/office/national/service/issuance"
TABLES = MetaData()
IDEMPOTENCY = idempotency_table(TABLES)
CHANGES = Table("changes", TABLES, Column("number", Integer, primary_key=True))
LONG = timedelta(minutes=5)


@pytest.fixture(autouse=True)
def _caller() -> Iterator[None]:
    with bind_caller(parse_identity(CALLER)):
        yield


async def at_once() -> None: ...


class Replica:
    """One of several processes with the same database."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._requests = IdempotentRequests(database, IDEMPOTENCY)

    @property
    def session(self) -> ServerSession:
        assert self.database.session is not None
        return self.database.session

    async def delete(
        self, request_id: str = "request-1", work: Callable[[], Awaitable[None]] = at_once
    ) -> str:
        """Work, then count one change; return the number of changes."""

        async def change(
            store_response: StoreResponse[pb.DeleteEncounterResponse],
        ) -> pb.DeleteEncounterResponse:
            await work()
            async with self.database.begin() as transaction:
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


Replicas = Callable[..., Replica]


@pytest.fixture
async def replicas(database_url: str) -> AsyncIterator[Replicas]:
    """Makes replicas over one database, each with connections of its own."""
    async with AsyncExitStack() as stack:

        def make(silence: timedelta = LONG) -> Replica:
            database = Database(database_url, silence=silence)
            stack.push_async_callback(database.close)
            return Replica(database)

        async with make().database.begin() as connection:
            await connection.run_sync(TABLES.create_all)
        yield make


async def has_to_wait(replica: Replica, waiting: asyncio.Future[str]) -> bool:
    """Whether a replica has asked for a lock and goes without: it answers others meanwhile."""
    for _ in range(10):
        await replica.session.scalar(text("SELECT 1"))
    return not waiting.done()


async def test_a_concurrent_duplicate_waits_until_the_first_is_done(replicas: Replicas) -> None:
    here, there = replicas(), replicas()

    async with here.working() as first:
        second = asyncio.ensure_future(there.delete())
        assert await has_to_wait(there, second)

    assert await first == await second == await here.delete() == "1"


async def test_other_requests_are_carried_out_meanwhile(replicas: Replicas) -> None:
    async with replicas().working() as first:
        assert await replicas().delete("request-2") == "1"

    assert await first == "2"


async def test_a_request_that_failed_may_be_repeated_at_once(replicas: Replicas) -> None:
    async def fail() -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await replicas().delete(work=fail)

    assert await replicas().delete() == "1"


async def test_a_request_that_was_cancelled_may_be_repeated_at_once(replicas: Replicas) -> None:
    here, there = replicas(), replicas()
    async with here.working() as first:
        waiting = asyncio.ensure_future(there.delete())
        assert await has_to_wait(there, waiting)
        waiting.cancel()
        first.cancel()
        await asyncio.wait([first, waiting])

        assert await replicas().delete() == "1"


async def test_the_request_of_a_replica_that_died_is_carried_out_at_once(
    replicas: Replicas,
) -> None:
    doomed = replicas()
    async with doomed.working() as lost:
        await doomed.session.close()  # as the operating system does for a process that ends

        assert await replicas().delete() == "1"

    assert await lost == "1"


async def test_the_request_of_a_replica_that_stands_still_is_carried_out_after_a_while(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ServerSession, "_give_signs_of_life", at_once_of)
    still = replicas(timedelta(seconds=1))
    async with still.working() as lost:
        second = asyncio.ensure_future(replicas().delete())

        assert await second == "1"

    assert await lost == "1"


async def at_once_of(_session: ServerSession) -> None: ...


async def test_a_replica_that_works_for_long_keeps_its_request(replicas: Replicas) -> None:
    here, there = replicas(timedelta(seconds=2)), replicas()
    async with here.working() as first:
        async with there.database.read() as connection:
            await connection.execute(text("SELECT pg_sleep(3)"))
        second = asyncio.ensure_future(there.delete())
        assert await has_to_wait(there, second)

    assert await first == await second == "1"


async def test_of_two_replicas_that_both_work_the_slower_answers_what_the_other_did(
    replicas: Replicas,
) -> None:
    slower, faster = replicas(), replicas()
    async with slower.working() as second:
        await slower.session.close()
        assert await faster.delete() == "1"

    assert await second == "1"
    assert await faster.delete("request-2") == "2"


async def test_many_slow_requests_hold_no_connections(replicas: Replicas) -> None:
    replica, entered, leave = replicas(), asyncio.Semaphore(0), asyncio.Event()

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


async def test_a_transaction_of_a_process_that_stands_still_blocks_nobody_for_long(
    replicas: Replicas,
) -> None:
    still, other = replicas(timedelta(seconds=1)), replicas()
    async with other.database.begin() as transaction:
        await transaction.execute(insert(CHANGES).values(number=7))
    lock = select(CHANGES).with_for_update()

    with pytest.raises(DatabaseUnavailable):  # noqa: PT012  it is lost between two statements
        async with still.database.begin() as frozen:
            await frozen.execute(lock)
            async with other.database.begin() as transaction:
                await transaction.execute(lock)
            await frozen.execute(lock)


async def test_a_server_that_does_not_answer_is_told(replicas: Replicas) -> None:
    replica = replicas()
    pid = await replica.session.scalar(text("SELECT pg_backend_pid()"))
    async with replica.database.begin() as connection:
        await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    with pytest.raises(DatabaseUnavailable):
        await replica.session.scalar(text("SELECT 1"))

    assert replica.database.failed.is_set()
    assert await replica.delete() == "1"


async def test_a_response_does_not_wait_until_its_lock_is_free(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_session, "_ANSWER_SECONDS", 3600.0)
    replica, other = replicas(), replicas()
    async with replica.working() as working:
        await other.session.scalar(text("SELECT pg_advisory_lock(1)"))
        busy = asyncio.ensure_future(replica.session.scalar(text("SELECT pg_advisory_lock(1)")))

    assert await working == "1"
    assert not busy.done()
    await other.session.close()
    await busy


async def test_no_session_is_opened_to_free_what_ended_with_the_last(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened, open_session = [], ServerSession._open

    async def counted(session: ServerSession) -> AsyncConnection:
        opened.append(session)
        return await open_session(session)

    monkeypatch.setattr(ServerSession, "_open", counted)
    replica = replicas()
    async with replica.working() as working:
        await replica.session.close()

    assert await working == "1"
    await replica.database.close()
    assert len(opened) == 1
