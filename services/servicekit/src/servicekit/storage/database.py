"""How does a service use its database? By transactions that are alike in SQLite and PostgreSQL."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    closing,
    nullcontext,
)
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from servicekit.errors import DatabaseFailure
from servicekit.storage.database_errors import connection_errors, database_errors
from servicekit.storage.interruptible_connection import (
    Interrupt,
    InterruptibleConnection,
    interrupt_sqlite,
    postgresql_interrupt,
)
from servicekit.storage.lost_connections import end_lost_connections
from servicekit.storage.reading_connections import ReadOnly, SingleRead
from servicekit.storage.server_session import ServerSession
from servicekit.storage.sqlite_driver import connect

_SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "secure_delete=ON",  # what is deleted is overwritten
    "busy_timeout=10000",  # milliseconds; for other processes, ours queue for a semaphore
)
_SQLITE_OPTIONS: tuple[dict[str, Any], dict[str, Any], dict[str, Any]] = (
    {"begin": "BEGIN IMMEDIATE"},
    {"begin": "BEGIN"},
    {"begin": None},
)
_SERVER_OPTIONS: tuple[dict[str, Any], dict[str, Any], dict[str, Any]] = (
    {"isolation_level": "READ COMMITTED"},
    {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
    {},
)
"""Of connections that write, that read one state, and that execute one SELECT."""
_SILENCE = timedelta(seconds=30)
_CONNECT_SECONDS = 10.0
_CONNECTIONS = 15
"""Most transactions at a time; further ones wait."""
_TRUNCATE_ATTEMPTS = 20
_TRUNCATE_PAUSE_SECONDS = 0.05


class Database:
    """Transactions on one database, given by its SQLAlchemy URL; to be closed after use.

    They raise a DatabaseFailure when the database is full, busy or unreachable. failed: set when
    one did; to be cleared by whoever finds out whether writes are possible.

    session: one session of the server, to hold what ends with the process; None with SQLite.
    silence: after which the server ends that session, and rolls a transaction back, if the process
    says nothing: it stands still, and others wait for its locks. writers: how many write
    transactions of this process a server has at a time; None for any number.
    """

    def __init__(
        self, url: str, *, silence: timedelta = _SILENCE, writers: int | None = None
    ) -> None:
        self.failed = asyncio.Event()
        self._is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._file = make_url(url).database or ""
        if self._is_sqlite:
            _make_private(Path(self._file))
        # A server may close an idle connection, a file does not. The parameters of a failed
        # statement are hidden because they are personal data and would be logged.
        self.engine: AsyncEngine = create_async_engine(
            url,
            pool_pre_ping=not self._is_sqlite,
            # All are kept: one beyond them would be opened and closed for a single statement. The
            # last one used is the first: it knows the statements, and has read the pages.
            pool_size=_CONNECTIONS,
            max_overflow=0,
            pool_use_lifo=True,
            connect_args={} if self._is_sqlite else _limited(silence),
            # Else a ping is a transaction, of three trips; `begin` and `read` say what they are.
            **({} if self._is_sqlite else {"isolation_level": "AUTOCOMMIT"}),
            hide_parameters=True,
            # Text within JSON columns stays readable.
            json_serializer=partial(json.dumps, ensure_ascii=False),
            **({"async_creator": partial(connect, self._file)} if self._is_sqlite else {}),
        )
        if self._is_sqlite:
            _prepare_sqlite(self.engine)
            # SQLite allows one writer: a fair queue here is faster than polling for its file lock.
            writers = 1
        self._to_write, self._to_read, self._to_read_once = (
            _SQLITE_OPTIONS if self._is_sqlite else _SERVER_OPTIONS
        )
        self._writer: AbstractAsyncContextManager[Any] = (
            nullcontext() if writers is None else asyncio.Semaphore(writers)
        )
        self.session = (
            None if self._is_sqlite else ServerSession(self.engine.url, silence, self.failed)
        )
        # A connection pool of their own, else holders of locks could deadlock waiting for one.
        self._locks = create_async_engine(
            url,
            pool_pre_ping=True,
            pool_size=16,
            connect_args={} if self._is_sqlite else {"timeout": _CONNECT_SECONDS},
        )
        if not self._is_sqlite:
            end_lost_connections(self.engine)
            end_lost_connections(self._locks)
        self._interrupt: Interrupt = (
            interrupt_sqlite if self._is_sqlite else postgresql_interrupt(self._locks)
        )

    @property
    def is_shared(self) -> bool:
        """Whether several processes may use the database: of a server, not of a SQLite file."""
        return not self._is_sqlite

    def is_busy(self) -> bool:
        """Return whether there are as many transactions as may be; a further one waits."""
        pool: Any = self.engine.pool
        return bool(pool.checkedout() >= _CONNECTIONS)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Open a write transaction: commits at the end of the block, rolls back on an exception."""
        async with self._writer, self._transaction(self._to_write) as connection:
            yield connection

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a read-only transaction on one snapshot of the database; never waits for writers.

        Raises RuntimeError for a write.
        """
        async with self._transaction(self._to_read, ReadOnly) as connection:
            yield connection

    @asynccontextmanager
    async def read_once(self) -> AsyncIterator[AsyncConnection]:
        """Open what executes one SELECT, by a third of the trips of `read`.

        Raises RuntimeError for a second statement, which might see another state, and for any
        other, which nothing would roll back.
        """
        async with self._transaction(self._to_read_once, SingleRead) as connection:
            yield connection

    @asynccontextmanager
    async def _transaction(
        self,
        options: dict[str, Any],
        connection_type: type[InterruptibleConnection] = InterruptibleConnection,
    ) -> AsyncIterator[AsyncConnection]:
        connection = connection_type(self.engine, self._interrupt)
        try:
            with connection_errors():
                await connection.start()
            with database_errors():
                await connection.execution_options(**options)
                yield connection
                if not isinstance(connection, ReadOnly):
                    await connection.commit()
        except DatabaseFailure:
            self.failed.set()
            raise
        finally:
            await connection.close()

    @asynccontextmanager
    async def try_lock(self, key: int) -> AsyncIterator[bool]:
        """Try to take an advisory lock across replicas, without waiting; yield whether granted.

        key: signed 64-bit. The lock is released at the end of the block or of the process; one that
        stands still keeps it. A SQLite file belongs to one process, so there the lock is always
        granted: callers serialise the calls of their own process themselves.
        """
        if self._is_sqlite:
            yield True
            return
        async with self._locks.begin() as connection:
            granted = await connection.scalar(
                text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": key}
            )
            yield bool(granted)

    async def overwrite_deleted(self) -> None:
        """Leave nothing of deleted rows in a SQLite file's log, unless a reader keeps it for long.

        A PostgreSQL server does so in its own time: by vacuum, and by recycling its log.
        """
        if not self._is_sqlite:
            return
        for _ in range(_TRUNCATE_ATTEMPTS):
            if await asyncio.to_thread(_truncate_log, self._file):
                return
            await asyncio.sleep(_TRUNCATE_PAUSE_SECONDS)

    async def close(self) -> None:
        """Close all connections."""
        if self.session is not None:
            await self.session.close()
        await self.engine.dispose()
        await self._locks.dispose()


def _limited(silence: timedelta) -> dict[str, Any]:
    """Return the arguments of a driver's connection that limit connecting and idle transactions."""
    limit = f"{silence.total_seconds():.3f}s"
    return {
        "server_settings": {"idle_in_transaction_session_timeout": limit},
        "timeout": _CONNECT_SECONDS,
    }


def _prepare_sqlite(engine: AsyncEngine) -> None:
    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver must not begin transactions of its own
        cursor: sqlite3.Cursor = connection.cursor()
        for pragma in _SQLITE_PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        statement = connection.get_execution_options().get("begin", "BEGIN")
        if statement is not None:
            driver_connection: Any = connection.connection.driver_connection
            driver_connection.begin_with_next(statement)


def _make_private(file: Path) -> None:
    """Let nobody but the owner read a database file, or those that SQLite puts beside it."""
    if file.parent.is_dir():
        file.touch(mode=0o600)
        file.chmod(0o600)


def _truncate_log(file: str) -> bool:
    """Write the log into the database file and empty it; return whether no reader prevented it."""
    # Without waiting in SQLite: while it waits for readers nobody could write.
    with closing(sqlite3.connect(file, timeout=0)) as connection:
        try:
            (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError:
            return False
        return not is_busy


def migrate(url: str, script_location: str) -> None:
    """Migrate the database to the newest schema, in one transaction.

    script_location: a folder or ``package:folder`` with Alembic's ``versions/`` in it.
    Raises OSError when the database cannot be used, ValueError when its rows or its version do not
    allow it; a failed upgrade changes nothing.
    """
    # In a thread, because the caller's thread may already run an event loop.
    with ThreadPoolExecutor(1) as thread:
        try:
            thread.submit(asyncio.run, _migrate(url, script_location)).result()
        except (SQLAlchemyError, DatabaseFailure) as error:
            cause = error.__cause__ or error
            reason = str(cause).partition("\n")[0] or type(cause).__name__
            raise OSError(f"the database of database_url cannot be used: {reason}") from error


async def _migrate(url: str, script_location: str) -> None:
    database = Database(url)
    try:
        async with database.begin() as connection:
            await connection.run_sync(_upgrade, f"{script_location}/versions")
    finally:
        await database.close()


def _upgrade(connection: Connection, versions: str) -> None:
    # Imported here, because a service does not need Alembic to serve.
    from alembic import command
    from alembic.config import Config
    from alembic.util.exc import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "servicekit.storage:migration")
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", versions.replace("%", "%%"))
    try:
        command.upgrade(config, "head")
    except CommandError as error:  # its version is none that this program knows
        raise ValueError(f"the database was migrated by a later version: {error}") from error
