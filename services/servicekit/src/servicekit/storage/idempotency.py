"""A change asked for twice happens once: answers kept by request id.

Scope of a request id: the caller and the kind of request (one kind per method). Only committed
outcomes are kept; a failed attempt leaves nothing and may be made again.
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
from servicekit.security.identity import caller
from servicekit.storage.database import Database

M = TypeVar("M", bound=Message)
Key = tuple[str, str, str]

_RETRY_AFTER = timedelta(milliseconds=500)


def requests_table(metadata: MetaData) -> Table:
    """The table of answered requests, to be put among a service's own tables."""
    return Table(
        "requests",
        metadata,
        Column("caller", String, primary_key=True),
        Column("request_type", String, primary_key=True),
        Column("request_id", String, primary_key=True),
        Column("digest", LargeBinary, nullable=False),
        Column("answer", LargeBinary, nullable=False),
        Column("answered_at", DateTime(timezone=True), nullable=False, index=True),
    )


@dataclass(frozen=True, slots=True)
class IdempotencyRecord(Generic[M]):
    """The right to work on a request. ``earlier_answer`` is the answer if it was given before."""

    earlier_answer: M | None
    _table: Table
    _key: Key
    _digest: bytes

    async def store_answer(self, transaction: AsyncConnection, answer: M) -> None:
        """Keep the answer in the transaction that completes the work.

        Raises RequestInProgress when a twin elsewhere was faster; the transaction is then lost.
        """
        row = dict(zip(("caller", "request_type", "request_id"), self._key, strict=True))
        statement = insert(self._table).values(
            **row,
            digest=self._digest,
            answer=answer.SerializeToString(),
            answered_at=datetime.now(UTC),
        )
        try:
            await transaction.execute(statement)
        except IntegrityError:
            raise _in_progress() from None


class IdempotentRequests:
    """Runs each request once."""

    def __init__(self, database: Database, table: Table) -> None:
        self._database = database
        self._table = table
        self._running: dict[Key, asyncio.Event] = {}

    async def run(
        self,
        request: Message,
        answer: type[M],
        act: Callable[[AsyncConnection], Awaitable[M]],
    ) -> M:
        """Act in one write transaction and keep the answer in the same commit.

        request: has ``request_id``. answer: the class of the answer. Raises InvalidRequest
        without an id, RequestIdReused, RequestInProgress, and whatever ``act`` raises.
        """
        async with self.begin(request, answer) as record:
            if record.earlier_answer is not None:
                return record.earlier_answer
            async with self._database.begin() as transaction:
                reply = await act(transaction)
                await record.store_answer(transaction, reply)
            return reply

    @asynccontextmanager
    async def begin(self, request: Message, answer: type[M]) -> AsyncIterator[IdempotencyRecord[M]]:
        """Claim a request whose work takes several transactions.

        A twin in this process waits for the first and then gets its answer; a twin in another
        replica gets RequestInProgress.
        """
        key = _key(request)
        digest = hashlib.sha256(request.SerializeToString(deterministic=True)).digest()
        while (twin := self._running.get(key)) is not None:
            await twin.wait()
        done = self._running[key] = asyncio.Event()
        try:
            async with self._database.lock(_lock_key(key)) as mine:
                earlier_answer = await self._find_earlier_answer(key, digest, answer)
                if earlier_answer is None and not mine:
                    raise _in_progress()
                yield IdempotencyRecord(earlier_answer, self._table, key, digest)
        finally:
            del self._running[key]
            done.set()

    async def _find_earlier_answer(self, key: Key, digest: bytes, answer: type[M]) -> M | None:
        table = self._table
        caller_uri, request_type, request_id = key
        statement = select(table.c.digest, table.c.answer).where(
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
        if row.digest != digest:
            raise RequestIdReused(
                "this request id was used with another content", field="request_id"
            )
        return answer.FromString(row.answer)


def _key(request: Message) -> Key:
    request_id = cast(str, getattr(request, "request_id", ""))
    if not request_id:
        raise InvalidRequest("a request id is needed", field="request_id")
    return caller().uri, request.DESCRIPTOR.full_name, request_id


def _lock_key(key: Key) -> int:
    digest = hashlib.sha256("\0".join(key).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def _in_progress() -> RequestInProgress:
    return RequestInProgress("the same request is being worked on", retry_after=_RETRY_AFTER)
