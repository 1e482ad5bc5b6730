"""Which faults of a database are told to callers? Those after which the same call may succeed."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta

from sqlalchemy import exc

from servicekit.errors import DatabaseBusy, DatabaseFailure, DatabaseUnavailable, StorageFull
from servicekit.storage.deferred_writes import WriteRefused

_RETRY_AFTER = {
    DatabaseBusy: timedelta(seconds=1),
    DatabaseUnavailable: timedelta(seconds=5),
    StorageFull: timedelta(seconds=30),
}
_MESSAGES = {
    DatabaseBusy: "the database is busy",
    DatabaseUnavailable: "the database cannot be used at present",
    StorageFull: "the disk of the database is full",
}
_SQLITE: dict[int, type[DatabaseFailure]] = {
    sqlite3.SQLITE_BUSY: DatabaseBusy,
    sqlite3.SQLITE_LOCKED: DatabaseBusy,
    sqlite3.SQLITE_FULL: StorageFull,
    sqlite3.SQLITE_READONLY: DatabaseUnavailable,
    sqlite3.SQLITE_IOERR: DatabaseUnavailable,
    sqlite3.SQLITE_CANTOPEN: DatabaseUnavailable,
}
"""By primary result code."""
_POSTGRESQL: dict[str, type[DatabaseFailure]] = {
    "08": DatabaseUnavailable,  # connection exceptions
    "25006": DatabaseUnavailable,  # read-only: a standby
    "25P03": DatabaseUnavailable,  # this process stood still within the transaction
    "40001": DatabaseBusy,  # serialization failure
    "40P01": DatabaseBusy,  # deadlock
    "53100": StorageFull,
    "53": DatabaseBusy,  # insufficient resources
    "55P03": DatabaseBusy,  # lock not available
    "57014": DatabaseBusy,  # statement timeout of the server
    "57P": DatabaseUnavailable,  # shutting down or starting up
    "58": DatabaseUnavailable,  # its operating system
}
"""By SQLSTATE or its beginning; the first that fits counts."""


def _never() -> bool:
    return False


@asynccontextmanager
async def answers_within(
    seconds: float, is_busy: Callable[[], bool] = _never
) -> AsyncIterator[None]:
    """Raise DatabaseUnavailable if the block takes longer, as on a connection that is silent.

    It is for what several callers wait for, so that nobody's deadline ends it. is_busy: whether
    the block may still wait for a connection; then DatabaseBusy is raised.
    """
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        if is_busy():
            raise _error(DatabaseBusy) from error
        raise DatabaseUnavailable("the database does not answer: try again") from error


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn the exceptions of SQLAlchemy within the block into a DatabaseFailure, where one fits.

    One for a deferred write becomes what its caller is to be told.
    """
    try:
        yield
    except exc.SQLAlchemyError as error:
        if isinstance(error, exc.DBAPIError) and isinstance(error.orig, WriteRefused):
            raise error.orig.refusal() from None
        failure = _failure(error)
        if failure is None:
            raise
        raise _error(failure) from error


@contextmanager
def connection_errors() -> Iterator[None]:
    """As ``database_errors``, for a block that connects: there OSError means the database, too."""
    with database_errors():
        try:
            yield
        except OSError as error:
            raise database_unavailable() from error


def database_unavailable() -> DatabaseFailure:
    """Return what callers are told when a database cannot be reached."""
    return _error(DatabaseUnavailable)


def _failure(error: exc.SQLAlchemyError) -> type[DatabaseFailure] | None:
    if isinstance(error, exc.TimeoutError):  # no connection of the pool became free
        return DatabaseBusy
    if not isinstance(error, exc.DBAPIError):
        return None
    if isinstance(error.orig, sqlite3.Error):
        return _SQLITE.get(getattr(error.orig, "sqlite_errorcode", 0) & 0xFF)
    state = getattr(error.orig, "sqlstate", None) or ""
    for beginning, failure in _POSTGRESQL.items():
        if state.startswith(beginning):
            return failure
    return DatabaseUnavailable if error.connection_invalidated else None


def _error(failure: type[DatabaseFailure]) -> DatabaseFailure:
    return failure(_MESSAGES[failure], retry_after=_RETRY_AFTER[failure])
