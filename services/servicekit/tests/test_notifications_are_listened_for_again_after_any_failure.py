"""Who listens for notifications goes on to, whatever the connection failed with."""

import asyncio
from typing import Any

import asyncpg  # type: ignore[import-untyped]
import pytest
from servicekit.storage.database import Database
from servicekit.storage.notifications import notifications

from services.captured_logs import captured_logs
from services.databases import SERVER

pytestmark = pytest.mark.skipif(not SERVER, reason="SQLite notifies nobody")


async def test_a_listener_that_failed_is_logged_and_listens_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_listener = asyncpg.Connection.add_listener
    failures: list[Exception] = [
        asyncpg.ConnectionDoesNotExistError("the connection was cut just now"),
        asyncpg.ReadOnlySQLTransactionError("cannot execute LISTEN during recovery"),
    ]

    async def fails_at_first(connection: asyncpg.Connection, *arguments: Any) -> None:
        if failures:
            raise failures.pop()
        await add_listener(connection, *arguments)

    monkeypatch.setattr(asyncpg.Connection, "add_listener", fails_at_first)
    database = Database(database_url)
    with captured_logs() as logs:
        async with notifications(database, "channel") as notified:
            await asyncio.wait_for(notified.wait(), 60)  # it listens
    await database.close()

    assert [log["event"] for log in logs] == 2 * ["notifications_lost"]
