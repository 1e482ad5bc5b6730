"""Which writes take no trip of their own to the thread of SQLite? Those whose result nobody reads.

They are executed with the next statement of the transaction whose result is read, or with its
commit; so what a transaction reads is as if each had been executed at once. Rows of one table that
follow each other are inserted by one statement: each step of a statement gives the interpreter lock
away, and has to get it again.
"""

import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import Executable
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

Refusal = Callable[[], Exception]
"""Returns what is raised if a row breaks a constraint."""

_INSERT = re.compile(r"(INSERT INTO .+ VALUES )(\((?:\?, )*\?\))", re.DOTALL)
_MAX_PARAMETERS = 900
"""Most values in one statement; every build of SQLite takes 999."""


class WriteRefused(sqlite3.IntegrityError):
    """A deferred row breaks a constraint. refusal: what the caller is to be told."""

    def __init__(self, error: sqlite3.IntegrityError, refusal: Refusal) -> None:
        super().__init__(*error.args)
        self.refusal = refusal


@dataclass(slots=True)
class DeferredWrite:
    """A statement with the rows, of one or more parameters each, that it is executed with."""

    statement: str
    rows: list[Sequence[Any]]
    refusal: Refusal | None

    def execute(self, connection: sqlite3.Connection) -> None:
        """Execute the statement with all rows. Raises WriteRefused, sqlite3.Error."""
        insert = _INSERT.fullmatch(self.statement)
        at_once = max(1, _MAX_PARAMETERS // max(1, len(self.rows[0]))) if insert else 1
        try:
            for start in range(0, len(self.rows), at_once):
                rows = self.rows[start : start + at_once]
                statement = self.statement
                if insert:
                    statement = insert[1] + ", ".join([insert[2]] * len(rows))
                connection.execute(statement, [value for row in rows for value in row]).close()
        except sqlite3.IntegrityError as error:
            if self.refusal is None:
                raise
            raise WriteRefused(error, self.refusal) from error


class DeferredWrites:
    """The writes of one transaction that are not executed yet, in their order."""

    def __init__(self) -> None:
        self._writes: list[DeferredWrite] = []

    def __len__(self) -> int:
        return len(self._writes)

    def add(self, statement: str, rows: Sequence[Sequence[Any]], refusal: Refusal | None) -> None:
        """Add rows, to the statement before if it is the same."""
        last = self._writes[-1] if self._writes else None
        if last and (last.statement, last.refusal) == (statement, refusal):
            last.rows.extend(rows)
        elif rows:
            self._writes.append(DeferredWrite(statement, [*rows], refusal))

    def clear(self) -> None:
        """Give them up."""
        self._writes.clear()

    def execute(self, connection: sqlite3.Connection) -> None:
        """Execute them. Raises WriteRefused, sqlite3.Error; the rest is given up then."""
        writes, self._writes = self._writes, []
        for write in writes:
            write.execute(connection)


@runtime_checkable
class Defers(Protocol):
    """A driver's connection that can defer writes."""

    def deferring(self, refusal: Refusal | None) -> AbstractContextManager[None]:
        """Defer the statements that are executed while the block runs."""
        ...


async def execute_later(
    transaction: AsyncConnection,
    statement: Executable,
    rows: Sequence[dict[str, Any]],
    refusal: Refusal | None = None,
) -> None:
    """Execute an INSERT or UPDATE with some rows, before anything else is read or committed.

    refusal: what is raised in place of IntegrityError: now, or by a later statement or the commit.
    """
    if not rows:
        return
    assert transaction.sync_connection is not None  # noqa: S101  it is started
    driver_connection = transaction.sync_connection.connection.driver_connection
    if isinstance(driver_connection, Defers):
        with driver_connection.deferring(refusal):
            # Not interruptible, as there is nothing to wait for.
            await AsyncConnection.execute(transaction, statement, rows)
        return
    try:
        await transaction.execute(statement, rows)
    except IntegrityError:
        if refusal is None:
            raise
        raise refusal() from None
