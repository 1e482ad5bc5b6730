"""Which replica carries out a request? The one that holds the lease on its request id.

Leases are for a database that several processes use. They spare replicas doing the same work twice;
that it is committed once is ensured by the primary key of the idempotency records.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import structlog
from sqlalchemy import ColumnElement, Table, and_, delete, insert, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from servicekit.errors import DatabaseFailure, RequestInProgress
from servicekit.storage.database import Database

_log = structlog.get_logger(__name__)

Key = tuple[str, str, str]
"""URI of the caller, name of the kind of request (one for each method), request id."""

_RETRY_AFTER = timedelta(milliseconds=500)
# How often a lease is renewed, as a part of its duration.
_RENEWAL_INTERVAL = 0.3


def key_columns(key: Key) -> dict[str, str]:
    """Return the values of the columns that identify a request."""
    return dict(zip(("caller", "request_type", "request_id"), key, strict=True))


def in_progress() -> RequestInProgress:
    """Return the error of a request that another replica carries out."""
    return RequestInProgress("the same request is in progress", retry_after=_RETRY_AFTER)


@dataclass(slots=True)
class Lease:
    """The right to carry out one request."""

    key: Key
    _end: Callable[[AsyncConnection, Key], Awaitable[None]]
    ended: bool = False

    async def end(self, transaction: AsyncConnection) -> None:
        """End the lease in the transaction that completes the request."""
        await self._end(transaction, self.key)
        self.ended = True


class RequestLeases:
    """The leases of one process.

    duration: after which the lease of a process that died expires; a process renews its own.
    """

    def __init__(self, database: Database, table: Table, duration: timedelta) -> None:
        self._database = database
        self._table = table
        self._duration = duration
        self._owner = uuid4().hex

    @asynccontextmanager
    async def hold(self, key: Key) -> AsyncIterator[Lease]:
        """Hold the lease on a request, without a transaction, until the block or the lease ends.

        Raises RequestInProgress when another replica holds it.
        """
        await self._take(key)
        lease = Lease(key, self._end)
        renewal = asyncio.create_task(self._renew(key))
        try:
            yield lease
        except BaseException:
            lease.ended = False  # the transaction that ended it was rolled back
            raise
        finally:
            renewal.cancel()
            await asyncio.wait([renewal])
            if not lease.ended:
                await self._end_early(key)

    async def _take(self, key: Key) -> None:
        now = datetime.now(UTC)
        expired = and_(self._is_key(key), self._table.c.expires_at < now)
        row = key_columns(key) | {"owner": self._owner, "expires_at": now + self._duration}
        async with self._database.begin(durable=False) as transaction:
            await transaction.execute(delete(self._table).where(expired))
            try:
                await transaction.execute(insert(self._table).values(row))
            except IntegrityError:
                raise in_progress() from None

    async def _renew(self, key: Key) -> None:
        own = and_(self._is_key(key), self._table.c.owner == self._owner)
        while True:
            await asyncio.sleep(_RENEWAL_INTERVAL * self._duration.total_seconds())
            until = datetime.now(UTC) + self._duration
            try:
                async with self._database.begin(durable=False) as transaction:
                    await transaction.execute(
                        update(self._table).where(own).values(expires_at=until)
                    )
            except (SQLAlchemyError, DatabaseFailure) as error:
                _log.warning("lease_not_renewed", error=type(error).__name__)

    async def _end(self, transaction: AsyncConnection, key: Key) -> None:
        own = and_(self._is_key(key), self._table.c.owner == self._owner)
        await transaction.execute(delete(self._table).where(own))

    async def _end_early(self, key: Key) -> None:
        try:
            async with self._database.begin(durable=False) as transaction:
                await self._end(transaction, key)
        except (SQLAlchemyError, DatabaseFailure) as error:
            _log.warning("lease_left_to_expire", error=type(error).__name__)

    def _is_key(self, key: Key) -> ColumnElement[bool]:
        return and_(*(self._table.c[name] == value for name, value in key_columns(key).items()))
