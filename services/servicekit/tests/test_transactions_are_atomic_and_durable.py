import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from servicekit.storage.database import Database, migrate
from sqlalchemy import (
    Executable,
    ForeignKey,
    Integer,
    MetaData,
    Table,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import Column

TABLES = MetaData()
OWNERS = Table("owners", TABLES, Column("id", Integer, primary_key=True))
THINGS = Table(
    "things",
    TABLES,
    Column("id", Integer, primary_key=True),
    Column("owner", ForeignKey("owners.id"), nullable=False),
)

FIRST = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0001", None

def upgrade():
    op.create_table("owners", sa.Column("id", sa.Integer, primary_key=True))
"""
SECOND = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0002", "0001"

def upgrade():
    with op.batch_alter_table("owners") as owners:
        owners.add_column(sa.Column("name", sa.String))
"""
BROKEN = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "0003", "0002"

def upgrade():
    op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))
    op.drop_table("missing")
"""


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    made = Database(database_url)
    async with made.begin() as connection:
        await connection.run_sync(TABLES.create_all)
    yield made
    await made.close()


COUNT = select(func.count()).select_from(OWNERS)


async def count(database: Database) -> int:
    async with database.read() as connection:
        return await connection.scalar(COUNT) or 0


async def test_sqlite_is_set_up_to_lose_nothing(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/database")
    async with database.read() as connection:
        values = {
            name: await connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    await database.close()

    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


async def test_an_exception_rolls_back(database: Database) -> None:
    async def fail() -> None:
        async with database.begin() as connection:
            await connection.execute(insert(OWNERS))
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await fail()

    assert await count(database) == 0


async def test_references_are_enforced(database: Database) -> None:
    with pytest.raises(IntegrityError):
        async with database.begin() as connection:
            await connection.execute(insert(THINGS).values(owner=404))


async def test_writers_of_a_file_are_serialised_and_no_update_is_lost(
    tmp_path: Path,
) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/database")
    async with database.begin() as connection:
        await connection.run_sync(TABLES.create_all)

    async def add_one_more_than_there_are() -> None:
        async with database.begin() as connection:
            number = await connection.scalar(select(func.count()).select_from(OWNERS))
            await asyncio.sleep(0)
            await connection.execute(insert(OWNERS).values(id=(number or 0) + 1))

    await asyncio.gather(*(add_one_more_than_there_are() for _ in range(50)))

    assert await count(database) == 50
    await database.close()


async def test_readers_see_one_snapshot_and_do_not_wait_for_writers(database: Database) -> None:
    async with database.begin() as writer:
        await writer.execute(insert(OWNERS))
        assert await count(database) == 0

    async with database.read() as reader:
        before = await reader.scalar(select(func.count()).select_from(OWNERS))
        async with database.begin() as writer:
            await writer.execute(insert(OWNERS))
        after = await reader.scalar(select(func.count()).select_from(OWNERS))

    assert before == after == 1
    assert await count(database) == 2


def put(folder: Path, *scripts: str) -> str:
    versions = folder / "versions"
    versions.mkdir(exist_ok=True)
    for number, script in enumerate(scripts, 1):
        (versions / f"{number:04}.py").write_text(script)
    return str(folder)


async def columns(url: str) -> list[str]:
    database = Database(url)
    async with database.read() as connection:
        found = await connection.run_sync(lambda c: inspect(c).get_columns("owners"))
    await database.close()
    return [column["name"] for column in found]


async def test_migrations_upgrade_any_earlier_schema_to_the_newest(
    tmp_path: Path, database_url: str
) -> None:
    migrate(database_url, put(tmp_path, FIRST))
    assert await columns(database_url) == ["id"]
    migrate(database_url, put(tmp_path, FIRST, SECOND))
    migrate(database_url, put(tmp_path, FIRST, SECOND))

    assert await columns(database_url) == ["id", "name"]


async def test_migrations_may_lie_in_a_folder_of_any_name(
    tmp_path: Path, database_url: str
) -> None:
    folder = tmp_path / "100 %, of: course"
    folder.mkdir()

    migrate(database_url, put(folder, FIRST, SECOND))

    assert await columns(database_url) == ["id", "name"]


async def test_a_failed_migration_changes_nothing(tmp_path: Path, database_url: str) -> None:
    migrate(database_url, put(tmp_path, FIRST, SECOND))

    with pytest.raises(Exception, match="missing"):
        migrate(database_url, put(tmp_path, FIRST, SECOND, BROKEN))

    database = Database(database_url)
    async with database.read() as connection:
        tables = await connection.run_sync(lambda c: inspect(c).get_table_names())
    await database.close()
    assert "half" not in tables


async def test_an_error_does_not_reveal_what_was_to_be_stored(database: Database) -> None:
    async def add_twice() -> None:
        async with database.begin() as connection:
            await connection.execute(insert(OWNERS).values(id=4711))
            await connection.execute(insert(OWNERS).values(id=4711))

    with pytest.raises(IntegrityError) as caught:
        await add_twice()

    assert "4711" not in str(caught.value)


async def test_what_reads_once_executes_no_second_statement(database: Database) -> None:
    async with database.read_once() as connection:
        before = await connection.scalar(COUNT)
        async with database.begin() as transaction:
            await transaction.execute(insert(OWNERS).values(id=1))
        with pytest.raises(RuntimeError, match="a second statement might see another state"):
            await connection.scalar(COUNT)

    async with database.read_once() as connection:
        after = await connection.scalar(COUNT)
    assert (before, after) == (0, 1)


@pytest.mark.parametrize("statement", [insert(OWNERS).values(id=1), text("DELETE FROM owners")])
async def test_what_reads_once_writes_nothing(database: Database, statement: Executable) -> None:
    async with database.read_once() as connection:
        with pytest.raises(RuntimeError, match="only a SELECT"):
            await connection.execute(statement)
        with pytest.raises(RuntimeError, match="no function is run"):
            await connection.run_sync(TABLES.drop_all)
        with pytest.raises(RuntimeError, match="in a transaction only"):
            await connection.stream(COUNT)

    async with database.read_once() as connection:
        assert await connection.scalar(COUNT) == 0


async def test_the_connection_of_one_that_read_once_is_in_a_transaction_the_next_time(
    database: Database,
) -> None:
    async with database.read_once() as connection:
        assert await connection.scalar(COUNT) == 0

    async with database.read() as connection:
        before = await connection.scalar(COUNT)
        async with database.begin() as transaction:
            await transaction.execute(insert(OWNERS).values(id=1))
        after = await connection.scalar(COUNT)

    assert (before, after) == (0, 0)
