"""What ends when a process dies or stands still? A session of a server, and what it holds."""

import asyncio
from datetime import timedelta
from typing import Any

from sqlalchemy import NullPool, TextClause, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from servicekit.errors import DatabaseFailure
from servicekit.storage.database_errors import connection_errors, database_unavailable

# How often the process shows that it runs, as a part of the silence that ends the session.
_SIGN_OF_LIFE = 0.3
# After which a server is taken for unreachable.
_ANSWER_SECONDS = 5.0


def session_engine(url: URL, silence: timedelta) -> AsyncEngine:
    """Return what connects to a server each time by a session that ends when it is silent for long.

    A server that does not answer for some seconds is taken for unreachable.
    """
    return create_async_engine(
        url, poolclass=NullPool, hide_parameters=True, isolation_level="AUTOCOMMIT",
        connect_args={
            "server_settings": {"idle_session_timeout": f"{silence.total_seconds():.3f}s"},
            "timeout": _ANSWER_SECONDS, "command_timeout": _ANSWER_SECONDS,
        },
    )  # fmt: skip


class ServerSession:
    """One session of a PostgreSQL server, opened when first used, and again after it was lost.

    url: SQLAlchemy URL of the database. silence: after which the server ends the session of a
    process that stands still. failed: set when the server does not answer.
    """

    def __init__(self, url: URL, silence: timedelta, failed: asyncio.Event) -> None:
        self._engine = session_engine(url, silence)
        self._interval = _SIGN_OF_LIFE * silence.total_seconds()
        self._failed = failed
        self._turn = asyncio.Lock()
        self._ended = 0
        self._connection: AsyncConnection | None = None
        self._statement: asyncio.Task[Any] | None = None
        self._signs_of_life: asyncio.Task[None] | None = None

    @property
    def number(self) -> int:
        """Which of the sessions that follow each other this is; what an earlier one held is gone.

        It changes when the session ends, and when opening one fails.
        """
        return self._ended

    async def scalar(self, statement: TextClause, **values: Any) -> Any:
        """Return the one value that a statement selects; once begun it completes.

        A caller that is cancelled waits neither for that nor for its turn. All who wait when the
        session is lost, or cannot be opened, are told so: it is not tried again for each. Raises
        DatabaseFailure, SQLAlchemyError.
        """
        number = self.number
        await self._turn.acquire()
        if number != self.number:
            self._turn.release()
            raise database_unavailable()
        self._statement = asyncio.create_task(self._scalar(statement, values))
        self._statement.add_done_callback(self._end_turn)
        return await asyncio.shield(self._statement)

    def _end_turn(self, statement: asyncio.Task[Any]) -> None:
        self._turn.release()
        if not statement.cancelled():
            statement.exception()  # retrieved, else asyncio logs it: the caller may be cancelled

    async def close(self) -> None:
        """End the session."""
        if self._signs_of_life is not None:
            self._signs_of_life.cancel()
        async with self._turn:
            await self._drop()

    async def _scalar(self, statement: TextClause, values: dict[str, Any]) -> Any:
        try:
            with connection_errors():
                connection = self._connection or await self._open()
                return await connection.scalar(statement, values)
        except Exception:
            self._failed.set()
            await self._drop()
            raise

    async def _open(self) -> AsyncConnection:
        self._connection = await self._engine.connect()
        if self._signs_of_life is None or self._signs_of_life.done():
            self._signs_of_life = asyncio.create_task(self._give_signs_of_life())
        return self._connection

    async def _drop(self) -> None:
        self._ended += 1
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.invalidate()
            await connection.close()

    async def _give_signs_of_life(self) -> None:
        """Run as long as the session lasts; what comes next opens another one."""
        while self._connection is not None:
            await asyncio.sleep(self._interval)
            try:
                if self._connection is not None:
                    await self.scalar(text("SELECT 1"))
            except (DatabaseFailure, SQLAlchemyError):
                return
