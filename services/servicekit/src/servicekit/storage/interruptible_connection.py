"""What happens to a database statement when its call is cancelled? It is interrupted.

A call is cancelled when its deadline passes or its client disconnects. Its statement runs in the
driver's thread or in the server. If the cancellation took effect before the statement has ended,
it would go on without SQLAlchemy, which would lose a connection in the middle of a write
transaction: a SQLite file would then stay locked for every other writer.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from sqlalchemy import Insert, Update, text
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncTransaction

from servicekit.storage.deferred_writes import Defers, Refusal, deferred_write

T = TypeVar("T")

Interrupt = Callable[[Any, "asyncio.Future[Any]"], Awaitable[None]]
"""Ends the statement that a driver's connection executes, whose result the future will hold."""

# A request to interrupt is lost when it arrives before the statement has begun: so it is repeated.
_RETRY_SECONDS = 0.1
# After which a server is taken for unreachable.
_GIVE_UP_SECONDS = 5.0
# Held here, since an event loop holds its tasks weakly.
_abandoned: set[asyncio.Task[None]] = set()


async def interrupt_sqlite(driver_connection: Any, statement: asyncio.Future[Any]) -> None:
    """Interrupt the statement of an aiosqlite connection."""
    while not statement.done():
        await driver_connection.interrupt()
        await asyncio.wait([statement], timeout=_RETRY_SECONDS)


def postgresql_interrupt(engine: AsyncEngine) -> Interrupt:
    """Return what cancels the statement of an asyncpg connection.

    engine: connects to the same server. A connection whose server does not answer is closed.
    """
    cancel = text("SELECT pg_cancel_backend(:pid)")

    async def interrupt(driver_connection: Any, statement: asyncio.Future[Any]) -> None:
        pid = driver_connection.get_server_pid()
        with suppress(TimeoutError, OSError, SQLAlchemyError):
            async with asyncio.timeout(_GIVE_UP_SECONDS), engine.connect() as connection:
                while not statement.done():
                    await connection.execute(cancel, {"pid": pid})
                    await asyncio.wait([statement], timeout=_RETRY_SECONDS)
        if not statement.done():
            driver_connection.terminate()

    return interrupt


class InterruptibleConnection(AsyncConnection):
    """An AsyncConnection whose statement ends before a cancellation takes effect, but soon."""

    def __init__(self, engine: AsyncEngine, interrupt: Interrupt) -> None:
        super().__init__(engine)
        self._interrupt_statement = interrupt
        self._later: list[tuple[Insert | Update, list[dict[str, Any]], Refusal | None]] = []

    async def start(self, is_ctxmanager: bool = False) -> AsyncConnection:
        """Check a connection out of the pool; when cancelled, it is given back once it is there."""
        starting = asyncio.ensure_future(super().start(is_ctxmanager))
        try:
            await asyncio.wait([starting])
        except asyncio.CancelledError:
            if not starting.done():
                abandoned = asyncio.ensure_future(self._give_back(starting))
                _abandoned.add(abandoned)
                abandoned.add_done_callback(_abandoned.discard)
            raise
        return starting.result()

    def execute_later(
        self,
        statement: Insert | Update,
        rows: Sequence[dict[str, Any]],
        refusal: Refusal | None = None,
    ) -> None:
        """Execute an INSERT or UPDATE with each of some rows, by the next statement or the commit.

        Rows of one statement that follow each other are executed together. refusal: of these rows;
        what is raised in place of IntegrityError if one breaks a constraint. Raises RuntimeError
        within a savepoint: a rollback to it would not undo them.
        """
        if self.in_nested_transaction():
            raise RuntimeError("nothing is executed later than a savepoint ends")
        if not rows:
            return
        last = self._later[-1] if self._later else None
        if (
            last is not None
            and last[0] is statement
            and last[2] is refusal
            and last[1][0].keys() == rows[0].keys()
        ):
            last[1].extend(rows)
        else:
            self._later.append((statement, [*rows], refusal))

    def begin_nested(self) -> AsyncTransaction:
        """Begin a savepoint. Raises RuntimeError while writes wait: it would undo them, too."""
        if self._later:
            raise RuntimeError("a savepoint is begun after what is to be executed before it")
        return super().begin_nested()

    async def execute(self, *arguments: Any, **options: Any) -> Any:
        """Execute one statement; a cancellation interrupts it."""
        await self._execute_deferred()
        return await finish(super().execute(*arguments, **options), self._interrupt)

    async def stream(  # type: ignore[override]  # to be awaited, not entered
        self, *arguments: Any, **options: Any
    ) -> Any:
        """Execute one statement whose rows are fetched as needed; a cancellation interrupts it."""
        await self._execute_deferred()
        return await finish(super().stream(*arguments, **options), self._interrupt)

    async def run_sync(self, *arguments: Any, **options: Any) -> Any:
        """Run a synchronous function that uses the connection; a cancellation interrupts it."""
        await self._execute_deferred()
        return await finish(super().run_sync(*arguments, **options), self._interrupt)

    async def commit(self) -> None:
        """Commit; once begun it completes, even if the call was cancelled meanwhile.

        Whether it did is not known if the server does not answer for some seconds after that.
        """
        await self._execute_deferred()
        try:
            await finish(super().commit(), self._end_commit)
        except BaseException:
            is_open = not self._has_server and not self.invalidated
            if is_open and self._driver_connection.in_transaction:
                # Else whoever has it next goes on with the transaction.
                await finish(self.invalidate())
            raise

    async def close(self) -> None:
        """Return the connection to the pool; what is not committed is rolled back.

        If that fails the connection is closed, by which it is rolled back, too.
        """
        if self.sync_connection is None:
            return
        if self.closed or self.invalidated or not self._has_server:
            await finish(self._roll_back_and_return())
            return
        driver_connection = self._driver_connection
        closing = asyncio.ensure_future(self._roll_back_and_return())
        await finish(
            asyncio.gather(closing, self._disconnect_if_silent(driver_connection, closing))
        )

    async def _roll_back_and_return(self) -> None:
        with suppress(SQLAlchemyError):  # the pool closes the connection then
            await super().close()

    async def _execute_deferred(self) -> None:
        """Give the driver what was to be executed later; that of SQLite waits once more."""
        later, self._later = self._later, []
        for statement, rows, refusal in later:
            driver_connection = self._driver_connection
            if isinstance(driver_connection, Defers):
                if not self.in_transaction():
                    await super().begin()
                driver_connection.defer(deferred_write(statement, rows, refusal, self.dialect))
                continue
            try:
                await finish(super().execute(statement, rows), self._interrupt)
            except IntegrityError:
                if refusal is None:
                    raise
                raise refusal() from None

    async def _give_back(self, starting: asyncio.Future[AsyncConnection]) -> None:
        await asyncio.wait([starting])
        if starting.exception() is None:
            await self.close()

    async def _interrupt(self, statement: asyncio.Future[Any]) -> None:
        if not self.invalidated:  # else its server is gone: it ends by that
            await self._interrupt_statement(self._driver_connection, statement)

    async def _end_commit(self, statement: asyncio.Future[Any]) -> None:
        if not self.invalidated:
            await self._disconnect_if_silent(self._driver_connection, statement)

    async def _disconnect_if_silent(
        self, driver_connection: Any, statement: asyncio.Future[Any]
    ) -> None:
        """Wait for what a server answers at once, and disconnect if it does not."""
        await asyncio.wait([statement], timeout=_GIVE_UP_SECONDS)
        if not statement.done() and self._has_server:
            driver_connection.terminate()

    @property
    def _has_server(self) -> bool:
        return self.dialect.name == "postgresql"

    @property
    def _driver_connection(self) -> Any:
        assert self.sync_connection is not None  # noqa: S101  it is started
        return self.sync_connection.connection.driver_connection


def execute_later(
    transaction: AsyncConnection,
    statement: Insert | Update,
    rows: Sequence[dict[str, Any]],
    refusal: Refusal | None = None,
) -> None:
    """`InterruptibleConnection.execute_later` of a transaction of `Database`."""
    if not isinstance(transaction, InterruptibleConnection):
        raise TypeError("only a transaction of Database executes later")
    transaction.execute_later(statement, rows, refusal)


async def finish(
    work: Awaitable[T],
    interrupt: Callable[[asyncio.Future[Any]], Awaitable[None]] | None = None,
) -> T:
    """Await the work; when cancelled, interrupt it and wait for its end before raising that."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait([task])
    except asyncio.CancelledError:
        if interrupt is not None:
            await _uncancelled(interrupt(task))
        await _uncancelled(asyncio.wait([task]))
        task.exception()  # retrieved, so that asyncio does not log it: nobody awaits the result
        raise
    return task.result()


async def _uncancelled(work: Awaitable[object]) -> None:
    """Await the work whatever cancellations arrive; the caller is being cancelled already."""
    task = asyncio.ensure_future(work)
    while not task.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([task])
    task.result()
