import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
import pytest_asyncio
from printer.store import dispatcher_lock as dispatcher_lock_module
from printer.store.dispatcher_lock import dispatcher_lock
from servicekit.storage.database import Database
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine


@dataclass(slots=True)
class LockServer:
    """A database in memory that answers pg_try_advisory_lock, so that a lock needs no file.

    answers: what it answers next, 0 for a lock that another process holds; 1 when there are none.
    connections: number of connections made to it so far. silent: whether it stopped answering.
    transactions: whether a statement began a transaction that stays open.
    """

    answers: list[int] = field(default_factory=list)
    silent: bool = False
    connections: int = 0
    transactions: bool = False
    engine: AsyncEngine = field(init=False)

    def __post_init__(self) -> None:
        self.engine = create_async_engine("sqlite+aiosqlite://")
        event.listen(self.engine.sync_engine, "connect", self._add_function)
        event.listen(self.engine.sync_engine, "before_cursor_execute", self._execute)

    def _add_function(self, connection: Any, _record: Any) -> None:
        def answer(_key: int) -> int:
            return self.answers.pop(0) if self.answers else 1

        self.connections += 1
        connection.create_function("pg_try_advisory_lock", 1, answer)
        connection.create_function("set_config", 3, lambda *setting: setting[1])
        connection.cursor().execute("CREATE TABLE pg_settings (name TEXT)")

    def _execute(self, connection: Any, *_statement: Any) -> None:
        if self.silent:
            raise ConnectionResetError
        # How the driver of SQLite says that it commits each statement by itself.
        self.transactions |= connection.connection.dbapi_connection.isolation_level is not None


@pytest_asyncio.fixture
async def server() -> AsyncIterator[LockServer]:
    lock_server = LockServer()
    yield lock_server
    await lock_server.engine.dispose()


async def _hold_once(database: Database | LockServer) -> None:
    async with dispatcher_lock(cast(Database, database)):
        pass


async def test_the_lock_of_a_server_ends_with_its_block(server: LockServer) -> None:
    await asyncio.wait_for(_hold_once(server), 60.0)


async def test_the_connection_that_held_the_lock_is_not_used_again(server: LockServer) -> None:
    """Back in the pool, it would go on holding the lock."""
    await asyncio.wait_for(_hold_once(server), 60.0)
    await asyncio.wait_for(_hold_once(server), 60.0)

    assert server.connections == 2


async def test_the_lock_of_a_server_is_waited_for(server: LockServer) -> None:
    server.answers = [0, 1]

    await asyncio.wait_for(_hold_once(server), 60.0)

    assert server.answers == []


async def test_whoever_loses_the_connection_stops_dispatching(server: LockServer) -> None:
    async def dispatch() -> None:
        async with dispatcher_lock(cast(Database, server)):
            server.silent = True
            await asyncio.Event().wait()

    with pytest.raises(ExceptionGroup) as raised:
        await asyncio.wait_for(dispatch(), 60.0)

    assert raised.group_contains(ConnectionResetError)


async def test_whoever_holds_the_lock_keeps_no_transaction_open(server: LockServer) -> None:
    """A server may end transactions that idle, and with them the lock."""
    await asyncio.wait_for(_hold_once(server), 60.0)

    assert not server.transactions


async def test_the_connection_is_left_in_peace_between_two_checks(
    server: LockServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher_lock_module, "_CHECK_SECONDS", 3600.0)

    async with dispatcher_lock(cast(Database, server)):
        server.silent = True
        for _ in range(100):
            await asyncio.sleep(0)


async def test_another_process_waits_until_the_lock_is_free(database_url: str) -> None:
    first, second = Database(database_url), Database(database_url)
    async with dispatcher_lock(first):
        waiting = asyncio.create_task(_hold_once(second))
        held, _ = await asyncio.wait({waiting}, timeout=0.2)
    await asyncio.wait_for(waiting, 60.0)
    await first.close()
    await second.close()

    assert held == set()
