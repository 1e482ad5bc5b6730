"""What was deleted from a SQLite database is in none of its files, and nobody waits for that."""

import sqlite3
from pathlib import Path

from servicekit.storage.database import Database
from sqlalchemy import text

SECRET = "a wrapped key that must not be found again"


async def _stored_and_deleted(folder: Path) -> tuple[Database, Path]:
    file = folder / "test.sqlite"
    database = Database(f"sqlite+aiosqlite:///{file}")
    async with database.begin() as transaction:
        await transaction.execute(text("CREATE TABLE keys (value TEXT)"))
        await transaction.execute(text("INSERT INTO keys VALUES (:value)"), {"value": SECRET})
    assert SECRET in _bytes(folder)
    async with database.begin() as transaction:
        await transaction.execute(text("DELETE FROM keys"))
    return database, file


def _bytes(folder: Path) -> str:
    files = [path.read_bytes() for path in sorted(folder.glob("test.sqlite*"))]
    return b"".join(files).decode("latin-1")


async def test_no_file_holds_what_was_deleted(tmp_path: Path) -> None:
    database, _ = await _stored_and_deleted(tmp_path)

    await database.overwrite_deleted()

    assert SECRET not in _bytes(tmp_path)
    await database.close()


async def test_a_reader_is_not_waited_for(tmp_path: Path) -> None:
    database, file = await _stored_and_deleted(tmp_path)
    reader = sqlite3.connect(file)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM keys").fetchone()
    async with database.begin() as transaction:
        await transaction.execute(text("INSERT INTO keys VALUES ('another')"))

    await database.overwrite_deleted()

    async with database.begin() as transaction:
        await transaction.execute(text("INSERT INTO keys VALUES ('yet another')"))
    reader.close()
    await database.overwrite_deleted()
    assert SECRET not in _bytes(tmp_path)
    await database.close()
