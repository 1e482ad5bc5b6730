"""Which replica carries out a request? The one that holds the lock on its request id.

Locks are for a database that several processes use: advisory locks of a session that the server
ends when the process dies or stands still. They spare replicas doing the same work twice; that it
is committed once is ensured by the primary key of the idempotency records.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from servicekit.errors import DatabaseFailure
from servicekit.storage.server_session import ServerSession

_log = structlog.get_logger(__name__)

Key = tuple[str, str, str]
"""URI of the caller, name of the kind of request (one for each method), request id."""

_TAKE = text("SELECT pg_try_advisory_lock(:number)")
_FREE = text("SELECT pg_advisory_unlock(:number)")
# How long to wait before a lock that another replica holds is tried again, seconds; it doubles.
_FIRST_PAUSE_SECONDS = 0.02
_LONGEST_PAUSE_SECONDS = 0.2


class RequestLocks:
    """The locks of one process, all held by one session."""

    def __init__(self, session: ServerSession) -> None:
        self._session = session
        self._freeing: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def hold(self, key: Key) -> AsyncIterator[None]:
        """Wait until no other replica holds the lock on a request, then hold it for the block.

        No transaction is held meanwhile. A lock is lost with the session, unnoticed: then another
        replica may carry out the request too, and one of both cannot commit. Raises
        DatabaseFailure, SQLAlchemyError.
        """
        number, pause = _number(key), _FIRST_PAUSE_SECONDS
        while (session := await self._take(number)) is None:
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
        try:
            yield
        finally:
            self._free(number, session)

    async def _take(self, number: int) -> int | None:
        """Return the number of the session that holds a lock now; None if another replica does."""
        session = self._session.number
        try:
            granted = await self._session.scalar(_TAKE, number=number)
        except asyncio.CancelledError:  # it may be granted yet
            self._free(number, session)
            raise
        return session if granted else None

    def _free(self, number: int, session: int) -> None:
        """Begin to free a lock: the response of what was done under it does not wait for that."""
        freeing = asyncio.create_task(self._free_in(session, number))
        self._freeing.add(freeing)
        freeing.add_done_callback(self._freeing.discard)

    async def _free_in(self, session: int, number: int) -> None:
        if session != self._session.number:  # freed when that session ended
            return
        try:
            await self._session.scalar(_FREE, number=number)
        except (DatabaseFailure, SQLAlchemyError) as error:
            _log.warning("session_lost", error=type(error).__name__)


def _number(key: Key) -> int:
    """Return what the server knows a request by: two that share it only wait for each other."""
    digest = hashlib.sha256("\0".join(key).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
