"""How is a database copied while its service runs?"""

import os
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy import make_url

_BUSY_SECONDS = 30.0


def back_up(url: str, target: Path) -> int:
    """Copy a SQLite database, as it is at one moment, to a new file; return its size in bytes.

    Writers go on meanwhile. The file appears under its name only when it is whole, checked and on
    the disk. Raises ValueError for a database of a server, OSError when it cannot be copied: then
    there is no such file.
    """
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite":
        raise ValueError(
            "the database of a PostgreSQL server is backed up by its own tools: continuous "
            "archiving with pg_basebackup, or pg_dump"
        )
    source = Path(parts.database or "")
    if not source.is_file():
        raise FileNotFoundError(f"the database {source} does not exist")
    if target.exists():
        raise FileExistsError(f"{target} exists; name a new file")
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".partial")
    os.close(handle)
    partial = Path(name)
    try:
        _copy(source, partial)
        _check(partial)
        _write_to_disk(partial)
        partial.rename(target)
        _write_to_disk(target.parent)
    except sqlite3.DatabaseError as error:
        raise OSError(f"the database {source} cannot be copied to {target}: {error}") from error
    finally:
        partial.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(source: Path, copy: Path) -> None:
    # Never creates the database; quoted, for names with a question mark.
    uri = f"{source.resolve().as_uri()}?mode=rw"
    with (
        closing(sqlite3.connect(uri, uri=True, timeout=_BUSY_SECONDS)) as live,
        closing(sqlite3.connect(copy)) as target,
    ):
        live.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        # All pages in one step: one moment of the database, however busy its writers are.
        live.backup(target, pages=-1)
        # A single file, without a log beside it; the service turns the log on again.
        target.execute("PRAGMA journal_mode=DELETE").fetchone()


def _check(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError(f"it is damaged: {found}")


def _write_to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
