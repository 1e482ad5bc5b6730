"""How is a change that is requested twice made only once? Responses are stored by request id.

A request id is unique within the caller and the type of the request (one type per method). Only
committed responses are stored: a failed attempt leaves nothing behind and may be repeated.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar, cast

from google.protobuf.message import Message
from sqlalchemy import Column, DateTime, LargeBinary, MetaData, String, Table, and_, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from servicekit.errors import InvalidRequest, RequestIdReused, RequestInProgress
from servicekit.security.identity import current_caller
from servicekit.storage.database import Database

M = TypeVar("M", bound=Message)
Key = tuple[str, str, str]
"""URI of the caller, full name of the request's message type, request id."""

_RETRY_AFTER = timedelta(milliseconds=500)


def idempotency_table(metadata: MetaData) -> Table:
    """Return the table of completed requests and their responses, added to a service's tables."""
    return Table(
        "idempotency_records",
        metadata,
        Column("caller", String, primary_key=True),
        Column("request_type", String, primary_key=True),
        Column("request_id", String, primary_key=True),
        Column("request_digest", LargeBinary, nullable=False),
        Column("response", LargeBinary, nullable=False),
        Column("completed_at", DateTime(timezone=True), nullable=False, index=True),
    )


@dataclass(frozen=True, slots=True)
class IdempotencyRecord(Generic[M]):
    """One request in progress: its stored response, or the means to store one.

    stored_response: what an earlier attempt answered; None if the change is still to be made.
    """

    stored_response: M | None
    _table: Table
    _key: Key
    _digest: bytes

    async def store_response(self, transaction: AsyncConnection, response: M) -> None:
        """Store the response in the transaction that completes the change.

        Raises RequestInProgress when a concurrent duplicate committed first; roll the transaction
        back then.
        """
        row = dict(zip(("caller", "request_type", "request_id"), self._key, strict=True))
        statement = insert(self._table).values(
            **row,
            request_digest=self._digest,
            response=response.SerializeToString(),
            completed_at=datetime.now(UTC),
        )
        try:
            await transaction.execute(statement)
        except IntegrityError:
            raise _in_progress() from None


class IdempotentRequests:
    """Makes the change of each request once and answers its repetitions with the same response."""

    def __init__(self, database: Database, table: Table) -> None:
        self._database = database
        self._table = table
        self._running: dict[Key, asyncio.Event] = {}

    async def run(
        self,
        request: Message,
        response_type: type[M],
        change: Callable[[AsyncConnection], Awaitable[M]],
    ) -> M:
        """Return the stored response, or make the change and store its response in one commit.

        request: a message with a ``request_id``. change: called with a write transaction. Raises
        InvalidRequest without an id, RequestIdReused, RequestInProgress, what ``change`` raises.
        """
        async with self.begin(request, response_type) as record:
            if record.stored_response is not None:
                return record.stored_response
            async with self._database.begin() as transaction:
                response = await change(transaction)
                await record.store_response(transaction, response)
            return response

    @asynccontextmanager
    async def begin(
        self, request: Message, response_type: type[M]
    ) -> AsyncIterator[IdempotencyRecord[M]]:
        """Hold a request exclusively while its change is made, in as many transactions as it needs.

        A concurrent duplicate in this process waits and then gets the stored response; one in
        another replica gets RequestInProgress. Raises as ``run``.
        """
        key = _key(request)
        digest = hashlib.sha256(request.SerializeToString(deterministic=True)).digest()
        while (duplicate := self._running.get(key)) is not None:
            await duplicate.wait()
        done = self._running[key] = asyncio.Event()
        try:
            async with self._database.try_lock(_lock_key(key)) as locked:
                stored_response = await self._find_response(key, digest, response_type)
                if stored_response is None and not locked:
                    raise _in_progress()
                yield IdempotencyRecord(stored_response, self._table, key, digest)
        finally:
            del self._running[key]
            done.set()

    async def _find_response(self, key: Key, digest: bytes, response_type: type[M]) -> M | None:
        table = self._table
        caller_uri, request_type, request_id = key
        statement = select(table.c.request_digest, table.c.response).where(
            and_(
                table.c.caller == caller_uri,
                table.c.request_type == request_type,
                table.c.request_id == request_id,
            )
        )
        async with self._database.read() as connection:
            row = (await connection.execute(statement)).one_or_none()
        if row is None:
            return None
        if row.request_digest != digest:
            raise RequestIdReused(
                "this request id was used with different content", field="request_id"
            )
        return response_type.FromString(row.response)


def _key(request: Message) -> Key:
    request_id = cast(str, getattr(request, "request_id", ""))
    if not request_id:
        raise InvalidRequest("a request id is needed", field="request_id")
    return current_caller().uri, request.DESCRIPTOR.full_name, request_id


def _lock_key(key: Key) -> int:
    digest = hashlib.sha256("\0".join(key).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _in_progress() -> RequestInProgress:
    return RequestInProgress("the same request is in progress", retry_after=_RETRY_AFTER)
