"""Deferred writes are executed in their order before anything is read or committed."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import Any

import pytest
from servicekit.errors import DatabaseBusy, StorageFull
from servicekit.storage.column_types import UtcDateTime
from servicekit.storage.database import Database
from servicekit.storage.deferred_writes import DeferredWrite, Refusal
from servicekit.storage.interruptible_connection import execute_later
from servicekit.storage.sqlite_driver import OneTripConnection
from sqlalchemy import (
    JSON,
    Column,
    Integer,
    MetaData,
    String,
    Table,
    bindparam,
    insert,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

METADATA = MetaData()
PEOPLE = Table("people", METADATA, Column("name", String, primary_key=True), Column("age", Integer))
INSERT = insert(PEOPLE)
GROW_OLDER = update(PEOPLE).values(age=PEOPLE.c.age + 1)
VISITS = Table(
    "visits", METADATA, Column("at", UtcDateTime), Column("why", JSON), Column("kind", String)
)
ALL = select(PEOPLE.c.name, PEOPLE.c.age).order_by(PEOPLE.c.name)


class NameTaken(Exception):
    """What a caller is told of a name that is taken."""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database(database_url)
    async with database.begin() as transaction:
        await transaction.run_sync(METADATA.create_all)
    yield database
    await database.close()


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    made, run = list[str](), OneTripConnection.run

    async def counted(self: OneTripConnection, function: object, *arguments: object) -> object:
        made.append(getattr(function, "__name__", ""))
        return await run(self, function, *arguments)

    monkeypatch.setattr(OneTripConnection, "run", counted)
    return made


@pytest.fixture
def executed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Return how many rows each statement was executed with, so far."""
    counts, execute, defer = list[int](), AsyncConnection.execute, OneTripConnection.defer

    async def counted(self: AsyncConnection, *arguments: Any, **options: Any) -> Any:
        counts.append(len(arguments[1]) if len(arguments) > 1 else 1)
        return await execute(self, *arguments, **options)

    def deferred(self: OneTripConnection, write: DeferredWrite) -> None:
        counts.append(len(write.rows))
        defer(self, write)

    monkeypatch.setattr(AsyncConnection, "execute", counted)
    monkeypatch.setattr(OneTripConnection, "defer", deferred)
    return counts


def person(name: str, age: int = 30) -> dict[str, object]:
    return {"name": name, "age": age}


async def everybody(database: Database) -> list[tuple[str, int]]:
    async with database.read_once() as connection:
        return [(row.name, row.age) for row in await connection.execute(ALL)]


async def insert_later(
    database: Database, rows: Sequence[dict[str, object]], refusal: Refusal | None = None
) -> None:
    async with database.begin() as transaction:
        execute_later(transaction, INSERT, rows, refusal)


async def test_they_are_read_and_committed_as_if_executed_at_once(database: Database) -> None:
    async with database.begin() as transaction:
        execute_later(transaction, INSERT, [person("ani"), person("budi", 40)])
        execute_later(transaction, GROW_OLDER, [{}])
        execute_later(transaction, INSERT, [person("citra")])
        read = [(row.name, row.age) for row in await transaction.execute(ALL)]
        execute_later(transaction, INSERT, [person("dewi")])

    assert read == [("ani", 31), ("budi", 41), ("citra", 30)]
    assert await everybody(database) == [*read, ("dewi", 30)]


async def test_values_are_stored_as_their_columns_have_them(database: Database) -> None:
    at = datetime(2026, 11, 27, 9, 30, tzinfo=timezone(timedelta(hours=7)))

    async with database.begin() as transaction:
        execute_later(transaction, insert(VISITS), [{"at": at, "why": {"é": [1]}, "kind": None}])
        execute_later(
            transaction,
            update(VISITS).values(kind=literal("first ").concat(bindparam("named"))),
            [{"named": "visit"}],
        )

    async with database.read_once() as connection:
        row = (await connection.execute(select(VISITS))).one()
    assert tuple(row) == (at, {"é": [1]}, "first visit")
    assert row.at.tzinfo is UTC


async def test_rows_that_state_other_columns_are_stored_whole(database: Database) -> None:
    async with database.begin() as transaction:
        execute_later(transaction, INSERT, [{"name": "ani"}])
        execute_later(transaction, INSERT, [person("budi", 40)])

    async with database.read_once() as connection:
        ages = [*await connection.scalars(select(PEOPLE.c.age).order_by(PEOPLE.c.name))]
    assert ages == [None, 40]


async def test_the_value_of_a_row_counts_before_that_of_the_statement(database: Database) -> None:
    become = update(PEOPLE).values(age=bindparam("years", 1))

    async with database.begin() as transaction:
        execute_later(transaction, INSERT, [person("ani")])
        execute_later(transaction, become, [{"years": 50}])

    assert await everybody(database) == [("ani", 50)]


@pytest.mark.usefixtures("file")
async def test_a_row_that_lacks_a_value_is_refused(database: Database) -> None:
    with pytest.raises(KeyError):
        await insert_later(database, [person("ani"), {"name": "budi"}])

    assert await everybody(database) == []


@pytest.mark.usefixtures("file")
async def test_a_default_that_python_computes_is_refused(database: Database) -> None:
    numbered = Table(
        "numbered", MetaData(), Column("name", String), Column("n", Integer, default=1)
    )

    async def insert_without_it() -> None:
        async with database.begin() as transaction:
            execute_later(transaction, insert(numbered), [{"name": "ani"}])

    with pytest.raises(ValueError, match="states all values"):
        await insert_without_it()


async def test_they_are_rolled_back(database: Database) -> None:
    async def fail() -> None:
        async with database.begin() as transaction:
            execute_later(transaction, INSERT, [person("ani")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    await insert_later(database, [person("budi")])

    assert await everybody(database) == [("budi", 30)]


@pytest.mark.parametrize("count", [0, 1, 449, 450, 451, 1000])
async def test_as_many_rows_as_there_are_come(database: Database, count: int) -> None:
    rows = [person(f"{number:04}", number) for number in range(count)]

    await insert_later(database, rows)

    assert await everybody(database) == [(row["name"], row["age"]) for row in rows]


async def test_a_row_that_is_refused_by_the_commit_is_told_as_stated(database: Database) -> None:
    await insert_later(database, [person("ani")])

    with pytest.raises(NameTaken):
        await insert_later(database, [person("budi"), person("ani")], NameTaken)

    assert await everybody(database) == [("ani", 30)]


async def test_the_database_is_used_after_a_commit_that_was_refused(database: Database) -> None:
    with pytest.raises(NameTaken):
        await insert_later(database, [person("ani"), person("ani")], NameTaken)

    await insert_later(database, [person("ani")], NameTaken)

    assert await everybody(database) == [("ani", 30)]


async def test_a_row_that_is_refused_by_the_next_statement_is_told_as_stated(
    database: Database,
) -> None:
    async def read_after_it() -> None:
        async with database.begin() as transaction:
            execute_later(transaction, INSERT, [person("ani")], ZeroDivisionError)
            execute_later(transaction, INSERT, [person("ani")], NameTaken)
            await transaction.execute(ALL)

    with pytest.raises(NameTaken):
        await read_after_it()

    assert await everybody(database) == []


async def test_a_row_that_nothing_is_stated_of_is_an_integrity_error(database: Database) -> None:
    with pytest.raises(IntegrityError):
        await insert_later(database, [person("ani"), person("ani")])


async def test_they_take_no_trip_of_their_own(database: Database, trips: list[str]) -> None:
    if database.is_shared:
        pytest.skip("a server is sent each statement at once")

    async with database.begin() as transaction:
        await transaction.execute(ALL)
        for name in ("ani", "budi", "citra"):
            execute_later(transaction, INSERT, [person(name)])
        execute_later(transaction, GROW_OLDER, [{}])

    assert len(trips) == 2, "the SELECT after BEGIN, the writes with COMMIT"


async def test_rows_of_one_statement_that_follow_each_other_are_executed_together(
    database: Database, executed: list[int]
) -> None:
    async with database.begin() as transaction:
        await transaction.execute(ALL)
        executed.clear()
        for name in ("ani", "budi", "citra"):
            execute_later(transaction, INSERT, [person(name)])
        execute_later(transaction, GROW_OLDER, [{}])
        execute_later(transaction, INSERT, [person("dewi")])

    assert executed == [3, 1, 1]
    assert await everybody(database) == [("ani", 31), ("budi", 31), ("citra", 31), ("dewi", 30)]


@pytest.fixture
def file(database: Database) -> str:
    if database.is_shared:
        pytest.skip("a server is sent each statement at once")
    return database.engine.url.database or ""


async def test_what_could_not_be_committed_is_not_executed_by_who_comes_next(
    database: Database, file: str
) -> None:
    async with database.read() as transaction:
        await transaction.execute(text("PRAGMA busy_timeout = 1"))
    with closing(sqlite3.connect(file, isolation_level=None)) as other_process:
        other_process.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseBusy):
            await insert_later(database, [person("ani")])

    assert await everybody(database) == []
    await insert_later(database, [person("budi")])
    assert await everybody(database) == [("budi", 30)]


@pytest.mark.usefixtures("file")
async def test_a_disk_that_is_full_at_the_commit_leaves_none_of_them(database: Database) -> None:
    async with database.read() as transaction:
        await transaction.execute(text("PRAGMA max_page_count = 1"))

    with pytest.raises(StorageFull):
        await insert_later(database, [person(f"{number:04}") for number in range(5000)])

    async with database.read() as transaction:
        await transaction.execute(text("PRAGMA max_page_count = 1000000"))
    assert await everybody(database) == []
    await insert_later(database, [person("budi")])
    assert await everybody(database) == [("budi", 30)]


class FailingConnection(sqlite3.Connection):
    """A connection that neither commits nor rolls back, while ``fails``."""

    fails = False

    def commit(self) -> None:
        if FailingConnection.fails:
            raise _error(sqlite3.SQLITE_FULL)
        super().commit()

    def rollback(self) -> None:
        if FailingConnection.fails:
            raise _error(sqlite3.SQLITE_IOERR)
        super().rollback()


def _error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("failed")
    error.sqlite_errorcode = code
    return error


@pytest.mark.usefixtures("file")
async def test_a_commit_that_could_not_even_be_rolled_back_leaves_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.engine.dispose()
    connect = partial(sqlite3.connect, factory=FailingConnection)
    monkeypatch.setattr(sqlite3, "connect", connect)
    await everybody(database)

    monkeypatch.setattr(FailingConnection, "fails", True)
    with pytest.raises(StorageFull):
        await insert_later(database, [person("ani")])
    monkeypatch.setattr(FailingConnection, "fails", False)

    assert await everybody(database) == []
    await insert_later(database, [person("budi")])
    assert await everybody(database) == [("budi", 30)]


async def test_none_waits_where_one_select_is_executed(database: Database) -> None:
    async def insert_without_a_transaction() -> None:
        async with database.read_once() as connection:
            execute_later(connection, INSERT, [person("ani")])

    with pytest.raises(RuntimeError):
        await insert_without_a_transaction()

    assert await everybody(database) == []


async def test_none_waits_where_nothing_is_committed(database: Database) -> None:
    async def insert_later_or_at_once(is_later: bool) -> None:
        async with database.read() as transaction:
            if is_later:
                execute_later(transaction, INSERT, [person("ani")])
            else:
                await transaction.execute(INSERT, [person("ani")])

    for is_later in (True, False):
        with pytest.raises(RuntimeError):
            await insert_later_or_at_once(is_later)

    assert await everybody(database) == []


async def test_none_waits_beside_a_savepoint(database: Database) -> None:
    """Else a rollback to it would not undo the writes since then, or others, too."""

    async def begin_while_one_waits() -> None:
        async with database.begin() as transaction:
            execute_later(transaction, INSERT, [person("ani")])
            async with transaction.begin_nested():
                pass

    async def wait_within() -> None:
        async with database.begin() as transaction, transaction.begin_nested():
            execute_later(transaction, INSERT, [person("ani")])

    for refused in (begin_while_one_waits, wait_within):
        with pytest.raises(RuntimeError):
            await refused()

    assert await everybody(database) == []
