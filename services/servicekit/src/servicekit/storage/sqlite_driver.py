"""How is SQLite called without blocking the event loop? Each statement by one trip to a thread.

aiosqlite makes a trip for each step of a statement: cursor, execution, rows, end. A trip costs more
than most statements. Writes may be deferred (`deferred_writes`): they take none of their own.
"""

import sqlite3
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Self

import aiosqlite

from servicekit.storage.deferred_writes import DeferredWrite

_ROWS_AT_ONCE = 500
_ROWS_PER_ITERATION = 64

Row = Any


class OneTripConnection(aiosqlite.Connection):
    """A connection that SQLAlchemy's dialect aiosqlite uses; it awaits what `OneTripCursor` has."""

    _begin: str | None = None

    def __init__(self, connector: Callable[[], sqlite3.Connection]) -> None:
        super().__init__(connector, _ROWS_PER_ITERATION)
        self._deferred: list[DeferredWrite] = []

    def begin_with_next(self, statement: str) -> None:
        """Begin a transaction by this statement, in the same trip as the next one."""
        self._begin = statement

    def cursor(self) -> "OneTripCursor":  # type: ignore[override]
        """Return a cursor, which is not in the thread before its statement."""
        return OneTripCursor(self)

    async def commit(self) -> None:
        """Commit, if a transaction was begun, what was deferred in the same trip."""
        if not self._deferred:
            self._begin = None
        if self._deferred or self.in_transaction:
            await self.run(self._commit_all)

    async def rollback(self) -> None:
        """Roll back, if there is anything to: each connection that is given back is asked to."""
        self._begin = None
        self._deferred.clear()
        if self.in_transaction:
            await super().rollback()

    def defer(self, write: DeferredWrite) -> None:
        """Execute the write with the next statement, or the commit."""
        self._deferred.append(write)

    async def run(self, function: Any, *arguments: Any) -> Any:
        """Return what a function returns that runs in the thread of the connection."""
        return await self._execute(function, *arguments)  # type: ignore[no-untyped-call]

    def begun(self) -> sqlite3.Connection:
        """Return the connection itself, for its thread, in the transaction that is to be begun."""
        begin, self._begin = self._begin, None
        # Taken first: what fails to begin must not be executed by whoever has the connection next.
        deferred, self._deferred = self._deferred, []
        if begin is not None:
            self._conn.execute(begin).close()
        for write in deferred:
            write.execute(self._conn)
        return self._conn

    def _commit_all(self) -> None:
        try:
            self.begun().commit()
        except BaseException:
            # SQLAlchemy rolls nothing back after a commit that failed. If this fails, too, the
            # connection is closed, see `InterruptibleConnection.commit`.
            with suppress(sqlite3.Error):
                self._conn.rollback()
            raise


class OneTripCursor:
    """Executes statements; the first rows, of most statements all, come with the execution.

    Attributes are those of a DB-API cursor.
    """

    def __init__(self, connection: OneTripConnection) -> None:
        self._connection = connection
        self._cursor: sqlite3.Cursor | None = None  # while it has more rows
        self._rows = deque[Row]()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None
        self.arraysize = 1

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, statement: str, parameters: Any = ()) -> Self:
        """Execute a statement, and fetch its first rows."""
        await self._run(self._begin, "execute", statement, parameters)
        return self

    async def executemany(self, statement: str, parameters: Any) -> Self:
        """Execute a statement with each of many parameters."""
        await self._run(self._begin, "executemany", statement, parameters)
        return self

    async def fetchone(self) -> Row | None:
        """Return the next row, None after the last."""
        rows = await self.fetchmany(1)
        return rows[0] if rows else None

    async def fetchmany(self, size: int | None = None) -> Sequence[Row]:
        """Return the next rows; fewer than asked for, or none, after the last."""
        size = self.arraysize if size is None else size
        while len(self._rows) < size and self._cursor is not None:
            await self._run(self._fetch, max(size, _ROWS_AT_ONCE))
        return [self._rows.popleft() for _ in range(min(size, len(self._rows)))]

    async def fetchall(self) -> Sequence[Row]:
        """Return all rows that were not returned."""
        if self._cursor is not None:
            await self._run(self._fetch, None)
        rows = [*self._rows]
        self._rows.clear()
        return rows

    async def close(self) -> None:
        """Give up what was not fetched."""
        self._rows.clear()
        if self._cursor is not None:
            await self._connection.run(self._close)

    async def _run(self, step: Callable[..., None], *arguments: Any) -> None:
        await self._connection.run(self._close_on_error, step, *arguments)

    def _close_on_error(self, step: Callable[..., None], *arguments: Any) -> None:
        """Take a step; close the cursor if it fails.

        An open one would be closed with the exception's traceback: by whatever thread collects
        garbage, which then waits for the connection's next statement.
        """
        try:
            step(*arguments)
        except BaseException:
            self._close()
            raise

    def _begin(self, method: str, statement: str, parameters: Any) -> None:
        self._cursor = cursor = self._connection.begun().cursor()
        getattr(cursor, method)(statement, parameters)
        self.description, self.rowcount = cursor.description, cursor.rowcount
        self.lastrowid = cursor.lastrowid
        self._fetch(_ROWS_AT_ONCE if self.description else 0)

    def _fetch(self, most: int | None) -> None:
        """Fetch rows; close the cursor after the last. most: None for all of them."""
        assert self._cursor is not None  # noqa: S101  asked for while there may be more
        rows = self._cursor.fetchall() if most is None else self._cursor.fetchmany(most)
        self._rows += rows
        if not most or len(rows) < most:
            self._close()

    def _close(self) -> None:
        if self._cursor is not None:
            self._cursor.close()
            self._cursor = None


async def connect(file: str) -> OneTripConnection:
    """Open a database file. Raises sqlite3.OperationalError if that is impossible."""
    opened = OneTripConnection(
        # Used by its own thread alone, but interrupted from another one.
        partial(sqlite3.connect, file, check_same_thread=False)
    )
    opened._thread.daemon = True  # as SQLAlchemy has it: a forgotten one does not stop the exit
    await opened
    return opened
