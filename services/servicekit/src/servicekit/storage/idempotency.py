"""How is a change that is requested twice made only once? Responses are stored by request id.

A request id is unique within the caller and the type of the request (one type per method). Only
committed responses are stored: a failed attempt leaves nothing behind and may be repeated.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar, cast

from google.protobuf.message import Message
from sqlalchemy import (
    Column,
    DateTime,
    LargeBinary,
    MetaData,
    String,
    Table,
    insert,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from servicekit.errors import DomainError, InvalidRequest, RequestIdReused, RequestInProgress
from servicekit.process.failpoint import failpoint
from servicekit.security.identity import current_caller
from servicekit.storage.database import Database
from servicekit.storage.interruptible_connection import execute_later
from servicekit.storage.request_locks import Key, RequestLocks
from servicekit.storage.response_lookup import ResponseLookup


class InTransaction(Protocol):
    """What a service reads and writes within one transaction; connection: that of it."""

    connection: AsyncConnection


M = TypeVar("M", bound=Message)
P = TypeVar("P")
R = TypeVar("R", bound=InTransaction)

StoreResponse = Callable[[AsyncConnection, M], Awaitable[None]]
"""Stores the response in the given transaction, the one that completes the change.

Raises RequestInProgress, by the commit at the latest, when another replica completed the same
request first.
"""


async def nothing_to_prepare() -> None:
    """Do nothing before a change that needs no work before its transaction."""


# Larger messages are hashed in a thread: the event loop goes on meanwhile.
_LARGEST_HASHED_INLINE = 64 * 1024
_OPERATION = "google.longrunning.Operation"
_KEY_COLUMNS = ("caller", "request_type", "request_id")
_RETRY_AFTER = timedelta(milliseconds=500)


def idempotency_table(metadata: MetaData) -> Table:
    """Add the table of completed requests, with their responses, to those of a service."""
    return Table(
        "idempotency_records",
        metadata,
        *(Column(name, String, primary_key=True) for name in _KEY_COLUMNS),
        Column("request_digest", LargeBinary, nullable=False),
        Column("response", LargeBinary, nullable=False),
        Column("completed_at", DateTime(timezone=True), nullable=False, index=True),
    )


async def content_digest(message: Message) -> bytes:
    """Return the SHA-256 of a message's content, the same whenever its fields are."""
    if message.ByteSize() <= _LARGEST_HASHED_INLINE:
        return _digest(message)
    return await asyncio.to_thread(_digest, message)


class IdempotentRequests:
    """Makes the change of each request once and answers its repetitions with the same response."""

    def __init__(self, database: Database, records: Table) -> None:
        self._find = ResponseLookup(database, records)
        # Made once: to make a statement, and to find it compiled, takes longer than to execute it.
        self._insert = insert(records)
        self._locks = None if database.session is None else RequestLocks(database.session)
        self._running: dict[Key, asyncio.Event] = {}

    async def run(
        self,
        request: Message,
        response_type: type[M],
        change: Callable[[StoreResponse[M]], Awaitable[M]],
        digest: bytes | None = None,
    ) -> M:
        """Return the stored response, or make the change and return its response.

        request: a message with a ``request_id``. change: makes the change, in as many transactions
        as it needs, and in the last stores the response by the function that it is given. No
        transaction is held for it. A concurrent duplicate waits, here and in other replicas, until
        this one is done, its process died, or stood still for too long. digest: `content_digest` of
        the request, where it is known already. Raises InvalidRequest without an id,
        RequestIdReused, and what ``change`` raises.
        """
        key = _key(request, response_type)
        content = digest or await content_digest(request)
        async with self._exclusive(key):
            stored_response = await self._find_response(key, content, response_type)
            if stored_response is not None:
                return stored_response

            async def store_response(transaction: AsyncConnection, response: M) -> None:
                await self._store(transaction, key, content, response)

            try:
                return await change(store_response)
            except DomainError:
                if self._locks is None:
                    raise
                # Another replica may have taken this one for dead, and completed the request.
                stored_response = await self._find_response(key, content, response_type)
                if stored_response is None:
                    raise
                return stored_response

    async def run_in_transaction(
        self,
        request: Message,
        response_type: type[M],
        begin: Callable[[], AbstractAsyncContextManager[R]],
        prepare: Callable[[], Awaitable[P]],
        change: Callable[[R, P], Awaitable[M]],
        committed: Callable[[], None] = lambda: None,
    ) -> M:
        """As `run`, for a change in one transaction with work before it; both are done once.

        begin: opens the transaction, which is committed at the end of its block. prepare: the work
        before it, whose result the change is given. committed: called once the change is committed,
        and not for a repeated request.
        """

        async def change_and_store(store_response: StoreResponse[M]) -> M:
            prepared = await prepare()
            async with begin() as records:
                response = await change(records, prepared)
                await store_response(records.connection, response)
                failpoint("change.before_commit")
            failpoint("change.after_commit")
            committed()
            return response

        return await self.run(request, response_type, change_and_store)

    @asynccontextmanager
    async def _exclusive(self, key: Key) -> AsyncIterator[None]:
        """Wait for duplicates in this process, exclude those in other replicas."""
        while (duplicate := self._running.get(key)) is not None:
            await duplicate.wait()
        done = self._running[key] = asyncio.Event()
        try:
            async with nullcontext() if self._locks is None else self._locks.hold(key):
                yield
        finally:
            del self._running[key]
            done.set()

    async def _find_response(self, key: Key, digest: bytes, response_type: type[M]) -> M | None:
        found = await self._find(key)
        if found is None:
            return None
        if found.request_digest != digest:
            raise RequestIdReused(
                "this request id was used with different content", field="request_id"
            )
        return response_type.FromString(found.response)

    async def _store(
        self, transaction: AsyncConnection, key: Key, digest: bytes, response: Message
    ) -> None:
        row = {
            **dict(zip(_KEY_COLUMNS, key, strict=True)),
            "request_digest": digest,
            "response": response.SerializeToString(),
            "completed_at": datetime.now(UTC),
        }
        execute_later(transaction, self._insert, [row], _completed_just_now)


def _completed_just_now() -> RequestInProgress:
    return RequestInProgress("the same request was completed just now", retry_after=_RETRY_AFTER)


def _digest(message: Message) -> bytes:
    return hashlib.sha256(message.SerializeToString(deterministic=True)).digest()


def _key(request: Message, response_type: type[Message]) -> Key:
    request_id = cast(str, getattr(request, "request_id", ""))
    if not request_id:
        raise InvalidRequest("a request id is needed", field="request_id")
    request_type = request.DESCRIPTOR.full_name
    # A method that starts an operation takes the request of the method that waits for the result.
    if response_type.DESCRIPTOR.full_name == _OPERATION:
        request_type = f"{_OPERATION} of {request_type}"
    return current_caller().uri, request_type, request_id
