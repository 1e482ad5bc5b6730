"""Which writes take no trip of their own to the thread of SQLite? Those whose result nobody reads.

They are executed with the next statement of the transaction whose result is read, or with its
commit. Rows of a table are inserted by one statement: each step of one gives the interpreter lock
away, and has to get it again.
"""

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol, runtime_checkable

from sqlalchemy import Dialect, Insert, Update
from sqlalchemy.sql.compiler import SQLCompiler

Refusal = Callable[[], Exception]
"""Returns what is raised if a row breaks a constraint."""

_INSERT = re.compile(r"(INSERT INTO .+ VALUES )(\((?:\?, )*\?\))", re.DOTALL)
_MAX_PARAMETERS = 900
"""Most values in one statement; every build of SQLite takes 999."""
_COMPILED_STATEMENTS = 128


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

    def defer(self, write: DeferredWrite) -> None:
        """Execute the write with the next statement, or the commit."""
        ...


def deferred_write(
    statement: Insert | Update,
    rows: Sequence[Mapping[str, Any]],
    refusal: Refusal | None,
    dialect: Dialect,
) -> DeferredWrite:
    """Return what executes a statement with rows that all have the same names.

    Without SQLAlchemy, which takes longer for what surrounds a statement than SQLite to execute it.
    Raises KeyError if a row has no value for a parameter.
    """
    compiled = _compiled(statement, dialect, tuple(rows[0]))
    return DeferredWrite(compiled.text, [compiled.values(row) for row in rows], refusal)


@dataclass(frozen=True, slots=True)
class _Parameter:
    name: str
    is_of_row: bool
    constant: Any
    convert: Callable[[Any], Any] | None

    def value(self, row: Mapping[str, Any]) -> Any:
        value = row[self.name] if self.is_of_row else self.constant
        return value if self.convert is None else self.convert(value)


@dataclass(frozen=True, slots=True)
class _Compiled:
    text: str
    parameters: Sequence[_Parameter]

    def values(self, row: Mapping[str, Any]) -> list[Any]:
        return [parameter.value(row) for parameter in self.parameters]


@lru_cache(_COMPILED_STATEMENTS)
def _compiled(statement: Insert | Update, dialect: Dialect, names: tuple[str, ...]) -> _Compiled:
    """Compile a statement. Raises ValueError if a column has a default that Python computes."""
    compiled = statement.compile(dialect=dialect, column_keys=[*names])
    assert isinstance(compiled, SQLCompiler)  # noqa: S101  a statement is compiled to nothing else
    if compiled.prefetch:
        raise ValueError("a deferred write states all values that the database does not compute")
    parameters = []
    for name in compiled.positiontup or ():
        parameter = compiled.binds[name]
        convert = parameter.type.dialect_impl(dialect).bind_processor(dialect)
        is_of_row = parameter.required or name in names
        parameters.append(_Parameter(name, is_of_row, parameter.value, convert))
    return _Compiled(str(compiled), parameters)
