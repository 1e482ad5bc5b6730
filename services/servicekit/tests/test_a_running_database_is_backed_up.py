"""`backup` copies a SQLite database while its service writes, or leaves nothing at all."""

import asyncio
import os
import signal
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from time import monotonic

import pytest
from servicekit.storage import backup as backup_module
from servicekit.storage.backup import back_up
from servicekit.storage.database import Database
from sqlalchemy import text

BACK_UP_WITHIN_A_MEBIBYTE = """
import resource, sys
from pathlib import Path
from servicekit.storage.backup import back_up
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, 1 << 20))
back_up(f"sqlite+aiosqlite:///{sys.argv[1]}", Path(sys.argv[2]))
"""
BACK_UP_AND_STOP_BEFORE_THE_CHECK = """
import sys, time
from pathlib import Path
from servicekit.storage import backup

def stop(copy):
    print("copied", flush=True)
    time.sleep(300)

backup._check = stop
backup.back_up(f"sqlite+aiosqlite:///{sys.argv[1]}", Path(sys.argv[2]))
"""


def names(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.iterdir())


def url(file: Path) -> str:
    return f"sqlite+aiosqlite:///{file}"


def people(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        return [name for (name,) in connection.execute("SELECT name FROM people ORDER BY rowid")]


async def a_database(file: Path, *names: str) -> Database:
    """Open a database with some people in it, as a service does."""
    database = Database(url(file))
    async with database.begin() as transaction:
        await transaction.execute(text("CREATE TABLE people (name TEXT, picture BLOB)"))
    for name in names:
        await insert(database, name)
    return database


async def insert(database: Database, name: str) -> None:
    async with database.begin() as transaction:
        statement = text("INSERT INTO people VALUES (:name, zeroblob(100000))")
        await transaction.execute(statement, {"name": name})


def backs_up_on_a_full_disk(live: Path, target: Path) -> str:
    """Back up where a file may have a mebibyte; return the last line of the error."""
    done = subprocess.run(
        [sys.executable, "-c", BACK_UP_WITHIN_A_MEBIBYTE, str(live), str(target)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stderr.splitlines()[-1]


def is_killed_before_the_check(live: Path, target: Path) -> None:
    command = [sys.executable, "-c", BACK_UP_AND_STOP_BEFORE_THE_CHECK, str(live), str(target)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as killed:
        assert killed.stdout is not None
        killed.stdout.readline()
        killed.send_signal(signal.SIGKILL)


async def test_a_copy_has_what_was_committed_and_nothing_beside_it(tmp_path: Path) -> None:
    database = await a_database(tmp_path / "live.sqlite", "siti", "budi")
    (tmp_path / "backup").mkdir()

    async with database.begin() as transaction:
        await transaction.execute(text("INSERT INTO people VALUES ('not yet', NULL)"))
        size = await asyncio.to_thread(
            back_up, url(tmp_path / "live.sqlite"), tmp_path / "backup/one.sqlite"
        )
    await database.close()

    copy = tmp_path / "backup/one.sqlite"
    assert names(tmp_path / "backup") == ["one.sqlite"]
    assert people(copy) == ["siti", "budi"]
    assert size == copy.stat().st_size
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600


async def test_a_service_goes_on_with_the_copy(tmp_path: Path) -> None:
    database = await a_database(tmp_path / "live.sqlite", "siti")
    back_up(url(tmp_path / "live.sqlite"), tmp_path / "copy.sqlite")
    await database.close()

    restored = Database(url(tmp_path / "copy.sqlite"))
    await insert(restored, "budi")
    await restored.close()

    assert people(tmp_path / "copy.sqlite") == ["siti", "budi"]


async def test_a_busy_writer_is_neither_stopped_nor_waited_for(tmp_path: Path) -> None:
    database = await a_database(tmp_path / "live.sqlite", *(f"before {n}" for n in range(50)))
    copying = asyncio.create_task(
        asyncio.to_thread(back_up, url(tmp_path / "live.sqlite"), tmp_path / "copy.sqlite")
    )

    number = 0
    while not copying.done():
        await insert(database, f"meanwhile {number}")
        number += 1
        await asyncio.sleep(0)
    await copying
    await database.close()

    written = people(tmp_path / "live.sqlite")
    copied = people(tmp_path / "copy.sqlite")
    assert copied == written[: len(copied)]
    assert len(copied) >= 50


async def test_nothing_is_left_when_the_disk_is_full(tmp_path: Path) -> None:
    database = await a_database(tmp_path / "live.sqlite", *("somebody" for _ in range(20)))
    (tmp_path / "backup").mkdir()

    error = backs_up_on_a_full_disk(tmp_path / "live.sqlite", tmp_path / "backup/one.sqlite")
    await insert(database, "afterwards")
    await database.close()

    assert "OSError: " in error
    assert names(tmp_path / "backup") == []


async def test_a_backup_that_is_killed_leaves_no_file_of_that_name(tmp_path: Path) -> None:
    database = await a_database(tmp_path / "live.sqlite", "siti")
    (tmp_path / "backup").mkdir()
    target = tmp_path / "backup/one.sqlite"
    is_killed_before_the_check(tmp_path / "live.sqlite", target)
    before = target.exists()

    back_up(url(tmp_path / "live.sqlite"), target)
    await database.close()

    assert not before
    assert people(target) == ["siti"]


async def test_an_earlier_backup_is_never_overwritten(tmp_path: Path) -> None:
    database = await a_database(tmp_path / "live.sqlite", "siti")
    back_up(url(tmp_path / "live.sqlite"), tmp_path / "copy.sqlite")
    await insert(database, "budi")

    with pytest.raises(FileExistsError, match=r"copy.sqlite exists"):
        back_up(url(tmp_path / "live.sqlite"), tmp_path / "copy.sqlite")
    with pytest.raises(FileExistsError, match=r"live.sqlite exists"):
        back_up(url(tmp_path / "live.sqlite"), tmp_path / "live.sqlite")
    await database.close()

    assert people(tmp_path / "copy.sqlite") == ["siti"]


async def test_a_damaged_database_is_no_backup(tmp_path: Path) -> None:
    live = tmp_path / "live.sqlite"
    database = await a_database(live, "siti", "budi")
    await database.close()
    with live.open("r+b") as file:
        file.seek(live.stat().st_size // 2 & ~4095)
        file.write(os.urandom(4096) * 4)

    with pytest.raises(OSError, match=r"live.sqlite.*damaged|malformed"):
        back_up(url(live), tmp_path / "copy.sqlite")

    assert names(tmp_path) == ["live.sqlite"]


@pytest.mark.parametrize(
    "target", ["missing/one.sqlite", "a-folder", "live.sqlite/one.sqlite"], ids=str
)
async def test_a_place_that_cannot_be_written_is_named(tmp_path: Path, target: str) -> None:
    database = await a_database(tmp_path / "live.sqlite")
    (tmp_path / "a-folder").mkdir()

    with pytest.raises(OSError, match=target.split("/")[0]):
        back_up(url(tmp_path / "live.sqlite"), tmp_path / target)
    await database.close()

    assert names(tmp_path / "a-folder") == []


def test_a_database_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"live.sqlite"):
        back_up(url(tmp_path / "live.sqlite"), tmp_path / "copy.sqlite")

    assert names(tmp_path) == []


@pytest.mark.parametrize("name", ["day 1?mode=ro#50%.sqlite", "cadangan ğ.sqlite"])
async def test_any_name_is_a_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "a?b#c%20").mkdir()
    live = tmp_path / "live.sqlite"
    database = await a_database(live, "siti")
    await database.close()

    back_up(url(live), tmp_path / "a?b#c%20" / name)

    assert people(tmp_path / "a?b#c%20" / name) == ["siti"]


def test_a_server_is_backed_up_by_its_own_tools(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"pg_basebackup.*pg_dump"):
        back_up("postgresql+asyncpg://localhost/issuance", tmp_path / "copy")

    assert names(tmp_path) == []


async def test_a_database_that_somebody_locks_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_module, "_BUSY_SECONDS", 0.2)
    live = tmp_path / "live.sqlite"
    database = await a_database(live, "siti")
    await database.close()
    began = monotonic()

    with closing(sqlite3.connect(live, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OSError, match=r"live.sqlite.*locked"):
            back_up(url(live), tmp_path / "copy.sqlite")

    assert monotonic() - began < 60
    assert not (tmp_path / "copy.sqlite").exists()
