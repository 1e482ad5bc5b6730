from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from servicekit.storage.database import Database
from servicekit.storage.sqlite_driver import OneTripConnection
from sqlalchemy import func, select, table, text
from sqlalchemy.exc import OperationalError

NUMBERS = text(
    "WITH RECURSIVE up(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < :most) "
    "SELECT n FROM up WHERE n <= :most"
)
TABLE = text("CREATE TABLE IF NOT EXISTS person (name TEXT)")
INSERT = text("INSERT INTO person VALUES (:name)")
COUNT = select(func.count()).select_from(table("person"))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/one.sqlite")
    async with database.begin() as transaction:
        await transaction.execute(TABLE)
    yield database
    await database.close()


@pytest.fixture
def trips(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    made, run = list[Any](), OneTripConnection._execute

    async def counted(self: OneTripConnection, *arguments: Any) -> Any:
        made.append(arguments)
        return await run(self, *arguments)  # type: ignore[no-untyped-call]

    monkeypatch.setattr(OneTripConnection, "_execute", counted)
    return made


@pytest.mark.parametrize("rows", [0, 1, 499, 500, 501, 1000, 1700])
async def test_all_rows_come(database: Database, rows: int) -> None:
    async with database.read() as transaction:
        found = (await transaction.scalars(NUMBERS, {"most": rows})).all()
        streamed = [row.n async for row in await transaction.stream(NUMBERS, {"most": rows})]

    assert found == streamed == [*range(1, rows + 1)]


async def test_a_read_takes_two_trips(database: Database, trips: list[Any]) -> None:
    async with database.read() as transaction:
        assert await transaction.scalar(COUNT) == 0

    assert len(trips) == 2, "the statement after BEGIN, COMMIT"


async def test_a_statement_that_is_all_takes_one(database: Database, trips: list[Any]) -> None:
    async with database.read_once() as connection:
        assert await connection.scalar(COUNT) == 0

    assert len(trips) == 1


async def test_a_statement_that_fails_first_leaves_no_transaction(database: Database) -> None:
    with pytest.raises(OperationalError):
        async with database.begin() as transaction:
            await transaction.execute(text("SELECT nothing FROM nowhere"))

    async with database.begin() as transaction:
        await transaction.execute(INSERT, {"name": "ani"})
    async with database.read_once() as connection:
        assert await connection.scalar(COUNT) == 1


async def test_so_do_many_rows_that_are_written(database: Database, trips: list[Any]) -> None:
    async with database.begin() as transaction:
        await transaction.execute(INSERT, [{"name": f"{number}"} for number in range(100)])

    assert len(trips) == 2
    async with database.read() as transaction:
        assert await transaction.scalar(COUNT) == 100


async def test_what_fails_is_rolled_back(database: Database) -> None:
    async def fail_after_writing() -> None:
        async with database.begin() as transaction:
            await transaction.execute(INSERT, {"name": "ani"})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_writing()

    async with database.begin() as transaction:
        assert await transaction.scalar(COUNT) == 0


async def test_a_stream_that_is_left_keeps_nobody_waiting(database: Database) -> None:
    async with database.read() as transaction:
        rows = await transaction.stream(NUMBERS, {"most": 5000})
        assert (await anext(rows)).n == 1
        await rows.close()

    async with database.begin() as transaction:
        await transaction.execute(INSERT, {"name": "ani"})
        assert await transaction.scalar(COUNT) == 1
