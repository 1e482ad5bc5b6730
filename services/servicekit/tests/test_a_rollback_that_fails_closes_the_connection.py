"""A transaction that cannot be rolled back is ended with its connection; the block's result stands.

A server that is gone has rolled it back itself, and nothing that was read is doubtful by that.
"""

import sqlite3
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from servicekit.errors import InvalidRequest
from servicekit.storage.database import Database
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.databases import SERVER, database_of, open_database

END_SESSION = text("SELECT pg_terminate_backend(:pid, 20000)")  # waits for its end, milliseconds


class FailingConnection(sqlite3.Connection):
    """A connection that rolls nothing back, while ``fails``."""

    fails = False

    def rollback(self) -> None:
        if FailingConnection.fails:
            raise sqlite3.OperationalError("disk I/O error")
        super().rollback()


@pytest.fixture
async def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """Yields a database with a table; `make_rollback_fail` can be used of its connections."""
    connect = partial(sqlite3.connect, factory=FailingConnection)
    monkeypatch.setattr(sqlite3, "connect", connect)
    database = open_database(database_of(tmp_path / "things.sqlite"))
    async with database.begin() as transaction:
        await transaction.execute(text("CREATE TABLE things (name TEXT)"))
    yield database
    await database.close()


async def make_rollback_fail(
    database: Database, connection: AsyncConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not SERVER:
        monkeypatch.setattr(FailingConnection, "fails", True)
        return
    pid = await connection.scalar(text("SELECT pg_backend_pid()"))
    async with database.read() as other:
        await other.execute(END_SESSION, {"pid": pid})


async def refused_write(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with database.begin() as transaction:
        await transaction.execute(text("INSERT INTO things VALUES ('ani')"))
        await make_rollback_fail(database, transaction, monkeypatch)
        raise InvalidRequest("no such office")


async def names(database: Database) -> list[str]:
    async with database.read() as transaction:
        return [*await transaction.scalars(text("SELECT name FROM things"))]


async def test_what_was_read_stands(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async with database.read() as transaction:
        found = await transaction.scalar(text("SELECT count(*) FROM things"))
        await make_rollback_fail(database, transaction, monkeypatch)

    assert found == 0


async def test_a_refusal_is_told(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidRequest, match="no such office"):
        await refused_write(database, monkeypatch)


async def test_nothing_is_left_of_the_transaction(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(InvalidRequest):
        await refused_write(database, monkeypatch)
    monkeypatch.setattr(FailingConnection, "fails", False)

    async with database.begin() as transaction:
        await transaction.execute(text("INSERT INTO things VALUES ('budi')"))

    assert await names(database) == ["budi"]
