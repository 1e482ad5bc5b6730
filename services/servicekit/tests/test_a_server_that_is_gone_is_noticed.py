"""A database server that is gone without a word ends no connection: the kernel asks it to answer.

What that does is not tested, since it takes a network that drops everything.
"""

import socket
from typing import Any

import pytest
from servicekit.storage.database import Database
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
