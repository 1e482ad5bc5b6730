import stat
from pathlib import Path

from servicekit.storage.database import Database
from sqlalchemy import text


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


async def use(file: Path) -> dict[str, int]:
    """Return the permissions of a database's files while it is in use."""
    database = Database(f"sqlite+aiosqlite:///{file}")
    async with database.begin() as transaction:
        await transaction.execute(text("CREATE TABLE people (name TEXT)"))
        found = modes(file.parent)
    await database.close()
    return found


async def test_a_new_file_and_those_beside_it_are_private(tmp_path: Path) -> None:
    assert await use(tmp_path / "new.sqlite") == {
        "new.sqlite": 0o600,
        "new.sqlite-wal": 0o600,
        "new.sqlite-shm": 0o600,
    }


async def test_a_file_that_others_could_read_becomes_private(tmp_path: Path) -> None:
    file = tmp_path / "old.sqlite"
    file.touch(mode=0o644)
    file.chmod(0o644)

    assert (await use(file))["old.sqlite"] == 0o600


async def test_no_file_is_left_beside_it_once_it_is_closed(tmp_path: Path) -> None:
    await use(tmp_path / "new.sqlite")

    assert modes(tmp_path) == {"new.sqlite": 0o600}


def test_no_folder_is_made(tmp_path: Path) -> None:
    Database(f"sqlite+aiosqlite:///{tmp_path}/missing/new.sqlite")

    assert list(tmp_path.iterdir()) == []
