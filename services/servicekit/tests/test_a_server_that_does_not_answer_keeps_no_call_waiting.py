"""A server that accepts connections and says nothing: calls end at their deadline all the same."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from servicekit.errors import DatabaseUnavailable
from servicekit.storage import database as storage
from servicekit.storage import server_session
from servicekit.storage.database import Database
from servicekit.storage.request_locks import RequestLocks
from servicekit.storage.server_session import ServerSession
from sqlalchemy import make_url

CALLS = 6
# So long that a test which waits for it fails.
pytestmark = pytest.mark.timeout(60)


class SilentServer:
    """Accepts connections; hears what is said, and does not answer."""

    def __init__(self) -> None:
        self.connections = 0
        self.spoken_to = asyncio.Event()
        self._hang_up = asyncio.Event()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        await reader.read(1)
        self.spoken_to.set()
        await self._hang_up.wait()
        writer.close()

    def hang_up(self) -> None:
        self._hang_up.set()


@asynccontextmanager
async def a_silent_server() -> AsyncIterator[tuple[SilentServer, ServerSession]]:
    """Yield a server that hangs up after the block, at the latest, and a session of it."""
    silent = SilentServer()
    async with await asyncio.start_server(silent.serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        url = make_url(f"postgresql+asyncpg://user:password@127.0.0.1:{port}/db?ssl=disable")
        session = ServerSession(url, timedelta(minutes=5), asyncio.Event())
        try:
            yield silent, session
        finally:
            silent.hang_up()
            await session.close()


@pytest.fixture(autouse=True)
def _a_server_is_waited_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_session, "_ANSWER_SECONDS", 3600.0)
    monkeypatch.setattr(storage, "_CONNECT_SECONDS", 3600.0)


def calls(session: ServerSession) -> Callable[[int], asyncio.Task[None]]:
    locks = RequestLocks(session)

    async def call(number: int) -> None:
        async with locks.hold(("caller", "type", f"request-{number}")):
            pass

    return lambda number: asyncio.create_task(call(number))


async def test_each_call_ends_when_it_is_cancelled() -> None:
    async with a_silent_server() as (server, session):
        waiting = [*map(calls(session), range(CALLS))]
        await server.spoken_to.wait()
        for call in waiting:
            call.cancel()

        ended, _ = await asyncio.wait(waiting, timeout=20)

    assert [call.cancelled() for call in ended] == CALLS * [True]


async def test_calls_share_one_failed_attempt() -> None:
    async with a_silent_server() as (server, session):
        waiting = [*map(calls(session), range(CALLS))]
        await server.spoken_to.wait()
        server.hang_up()

        failures = await asyncio.gather(*waiting, return_exceptions=True)

        assert [type(failure) for failure in failures] == CALLS * [DatabaseUnavailable]
        assert server.connections == 1


async def test_a_transaction_ends_when_it_is_cancelled_while_it_connects() -> None:
    silent = SilentServer()

    async def reads(database: Database) -> None:
        async with database.read():
            pass

    async with await asyncio.start_server(silent.serve, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        database = Database(f"postgresql+asyncpg://user:password@127.0.0.1:{port}/db?ssl=disable")
        reading = asyncio.create_task(reads(database))
        await silent.spoken_to.wait()
        reading.cancel()
        ended, _ = await asyncio.wait([reading], timeout=20)
        silent.hang_up()
        await database.close()

    assert [call.cancelled() for call in ended] == [True]
