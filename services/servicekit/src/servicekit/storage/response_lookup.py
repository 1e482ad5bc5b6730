"""How are the stored responses of requests found that come at the same time? By one SELECT.

A statement takes longer on its way to the database and back than to be executed.
"""

import asyncio
from collections.abc import Sequence
from contextvars import Context
from dataclasses import dataclass

from sqlalchemy import Table, bindparam, select, tuple_

from servicekit.errors import own_copy
from servicekit.storage.database import Database
from servicekit.storage.database_errors import answers_within
from servicekit.storage.request_locks import Key

_MAX_TOGETHER = 64
_LONGEST_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class StoredResponse:
    """What was answered. request_digest: of the request's content. response: serialized."""

    request_digest: bytes
    response: bytes


Found = asyncio.Future[StoredResponse | None]


class ResponseLookup:
    """Finds stored responses; requests that come while some are looked for share the next SELECT.

    One that takes longer than ``longest_seconds`` is given up: nobody's deadline ends it.
    """

    def __init__(
        self, database: Database, records: Table, longest_seconds: float = _LONGEST_SECONDS
    ) -> None:
        self._database = database
        self._longest_seconds = longest_seconds
        c = records.c
        self._key = (c.caller, c.request_type, c.request_id)
        # Made once: to make a statement, and to find it compiled, takes longer than to execute it.
        self._select = select(*self._key, c.request_digest, c.response)
        self._one = self._select.where(*(column == bindparam(column.name) for column in self._key))
        self._many = self._select.where(tuple_(*self._key).in_(bindparam("keys", expanding=True)))
        self._waiting: list[tuple[Key, Found]] = []
        self._reading: asyncio.Task[None] | None = None

    async def __call__(self, key: Key) -> StoredResponse | None:
        """Return what was answered to a request; None if nothing. Raises DatabaseFailure."""
        found: Found = asyncio.get_running_loop().create_future()
        self._waiting.append((key, found))
        if self._reading is None:
            # Of no caller: neither its cancellation nor its context concerns the others.
            self._reading = asyncio.create_task(self._read_all(), context=Context())
        return await found

    async def _read_all(self) -> None:
        try:
            while self._waiting:
                together, self._waiting = (
                    self._waiting[:_MAX_TOGETHER],
                    self._waiting[_MAX_TOGETHER:],
                )
                await self._answer([each for each in together if not each[1].done()])
        finally:
            self._reading = None

    async def _answer(self, together: Sequence[tuple[Key, Found]]) -> None:
        try:
            responses = await self._read([key for key, _ in together])
        except Exception as error:
            for _, found in together:
                if not found.done():
                    found.set_exception(own_copy(error))
            return
        for key, found in together:
            if not found.done():
                found.set_result(responses.get(key))

    async def _read(self, keys: Sequence[Key]) -> dict[Key, StoredResponse]:
        if not keys:
            return {}
        statement, values = self._many, dict[str, object](keys=keys)
        if len(keys) == 1:
            names = (column.name for column in self._key)
            statement, values = self._one, dict[str, object](zip(names, keys[0], strict=True))
        async with (
            answers_within(self._longest_seconds, self._database.is_busy),
            self._database.read_once() as connection,
        ):
            rows = await connection.execute(statement, values)
        return {
            (row.caller, row.request_type, row.request_id): StoredResponse(
                row.request_digest, row.response
            )
            for row in rows
        }
