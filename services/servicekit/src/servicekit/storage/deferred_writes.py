"""Which writes take no trip of their own to the thread of SQLite? Those whose result nobody reads.

They are executed with the next statement of the transaction whose result is read, or with its
commit. Rows of a table are inserted by one statement: each step of one gives the interpreter lock
away, and has to get it again.
"""

import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

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


@dataclass(frozen=True, slots=True)
class DeferredWrite:
    """A statement with the rows of parameters that it is executed with.

    refusal: what is raised if a row breaks a constraint; None for the driver's IntegrityError.
    """

    statement: str
    rows: Sequence[Sequence[Any]]
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


@runtime_checkable
class Defers(Protocol):
    """A driver's connection that can defer writes."""

    def deferring(self, refusal: Refusal | None) -> AbstractContextManager[None]:
        """Defer the statements that are executed while the block runs."""
        ...
