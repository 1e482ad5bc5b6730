"""Databases of tests: SQLite files, or databases on the PostgreSQL server of POSTGRESQL_TEST_URL.

The variable is ``postgresql+asyncpg://<user>:<password>@<host>/<db>``; the user must be allowed to
create databases, and the database named is only connected to.
"""

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from servicekit.storage.database import Database, migrate
from sqlalchemy import Row, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine

SERVER = os.environ.get("POSTGRESQL_TEST_URL", "")
_on_server: dict[Path, str] = {}
"""Name of the database on the server, by the file that it is in the place of."""
_migrated: dict[str, tuple[Path, str]] = {}
"""For each service's migrations, the file and the URL of a database that they were applied to. It
is never written to afterwards: the tests get copies."""


def database_of(file: Path) -> str:
    """Return the URL of a database: of this SQLite file, or one that a server has in its place.

    The one on the server is created, empty, when it is first asked for.
    """
    if not SERVER:
        return f"sqlite+aiosqlite:///{file}"
    if file not in _on_server:
        name = f"test_{uuid.uuid4().hex}"
        _administer(f"CREATE DATABASE {name}")
        _on_server[file] = name
    return make_url(SERVER).set(database=_on_server[file]).render_as_string(hide_password=False)


class _CompiledStatements(dict[Any, Any]):
    """Statements compiled to SQL, found whichever engine of one kind compiled them."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(key[1:], default)  # the first is the engine's own dialect

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(key[1:], value)


_compiled = _CompiledStatements()


def open_database(url: str) -> Database:
    """Open a database that shares its compiled statements with the others.

    Each engine compiles all of its own otherwise: a quarter of the processor time of a test.
    """
    database = Database(url)
    database.engine = database.engine.execution_options(compiled_cache=_compiled)
    return database


def make_tables(url: str, migrations: str) -> None:
    """Do to an empty database what `migrate` does, quicker: copy one that was migrated before."""
    if migrations not in _migrated:
        file = Path(tempfile.mkdtemp(prefix="migrated-"), "migrated.sqlite")
        _migrated[migrations] = file, database_of(file)
        if SERVER:
            del _on_server[file]  # it outlives the test
        migrate(_migrated[migrations][1], migrations)
    copy_database(_migrated[migrations][1], url)


def copy_database(source: str, target: str) -> None:
    """Make a database what another is, while nobody uses either of them."""
    name, template = (make_url(each).database or "" for each in (target, source))
    if SERVER:
        _drop(name)
        _administer(f"CREATE DATABASE {name} TEMPLATE {template}")
        return
    for suffix in ("", "-wal", "-shm"):
        Path(f"{name}{suffix}").unlink(missing_ok=True)
        if Path(f"{template}{suffix}").exists():
            shutil.copy(f"{template}{suffix}", f"{name}{suffix}")


@contextmanager
def databases_removed() -> Iterator[None]:
    """Remove from the server at the end of the block what was created there within it."""
    before = len(_on_server)
    yield
    while len(_on_server) > before:
        _drop(_on_server.popitem()[1])


def remove_migrated() -> None:
    """Remove what `make_tables` has made to copy from."""
    for file, url in _migrated.values():
        shutil.rmtree(file.parent)
        if SERVER:
            _drop(make_url(url).database or "")
    _migrated.clear()


@contextmanager
def restored_from_copy(url: str) -> Iterator[Callable[[], None]]:
    """Copy a database of the server that nobody uses now; yield what puts the copy in its place.

    Whoever uses the database then loses its connections, as when a backup is restored.
    """
    name = make_url(url).database or ""
    copy = f"{name}_copy"
    _administer(f"CREATE DATABASE {copy} TEMPLATE {name}")

    def restore() -> None:
        _drop(name)
        _administer(f"CREATE DATABASE {name} TEMPLATE {copy}")

    try:
        yield restore
    finally:
        _drop(copy)


def execute(url: str, statement: str, **values: Any) -> list[tuple[Any, ...]]:
    """Run a statement on a database, behind the back of the service; return its rows."""
    return [tuple(row) for row in _run(url, statement, values)]


def _drop(name: str) -> None:
    _administer(f"DROP DATABASE {name} WITH (FORCE)")


def _administer(statement: str) -> None:
    _run(SERVER, statement, isolation_level="AUTOCOMMIT")


def _run(
    url: str, statement: str, values: dict[str, Any] | None = None, **options: Any
) -> list[Row[Any]]:
    async def run() -> list[Row[Any]]:
        engine = create_async_engine(url, **options)
        try:
            async with engine.begin() as connection:
                result = await connection.execute(text(statement), values or {})
                return list(result.all()) if result.returns_rows else []
        finally:
            await engine.dispose()

    # In a thread, because the caller's may run an event loop.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, run()).result()
