"""A database server that is gone without a word ends no connection: the kernel asks it to answer.

What that does is not tested, since it takes a network that drops everything.
"""

import asyncio
import socket
from typing import Any

import pytest
from servicekit.errors import DatabaseUnavailable
from servicekit.storage.database import Database
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.databases import SERVER, open_database

pytestmark = pytest.mark.skipif(not SERVER, reason="SQLite has no server")


async def _socket(connection: AsyncConnection) -> Any:
    raw: Any = (await connection.get_raw_connection()).driver_connection
    return raw._transport.get_extra_info("socket")


@pytest.fixture
async def database(database_url: str) -> Any:
    """Yields an open database."""
    opened = open_database(database_url)
    yield opened
    await opened.close()


async def test_every_transaction_asks_for_a_sign_of_life(database: Database) -> None:
    for begin in (database.begin, database.read, database.read_once):
        async with begin() as connection:
            used = await _socket(connection)

            assert used.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
            assert used.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == 10
            assert used.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 25_000


@pytest.mark.parametrize("steps", range(12))
async def test_a_call_that_is_cancelled_as_it_is_noticed_ends_by_either(
    database: Database, steps: int
) -> None:
    used = asyncio.get_running_loop().create_future()

    async def call() -> None:
        async with database.begin() as transaction:
            used.set_result((await transaction.get_raw_connection()).driver_connection)
            await transaction.execute(text("SELECT pg_sleep(20)"))

    calling = asyncio.create_task(call())
    connection = await used
    await _executes(database, connection.get_server_pid())

    connection._transport.abort()
    for _ in range(steps):  # each is one of what clearing it away takes
        await asyncio.sleep(0)
    calling.cancel()

    with pytest.raises((asyncio.CancelledError, DatabaseUnavailable)):
        await calling


async def _executes(database: Database, pid: int) -> None:
    """Wait until a session of the server executes the statement that takes long."""
    statement = text("SELECT query FROM pg_stat_activity WHERE pid = :pid AND state = 'active'")
    executed = None
    while executed != "SELECT pg_sleep(20)":
        async with database.read() as transaction:
            executed = await transaction.scalar(statement, {"pid": pid})
