"""What can be executed where nothing is committed? What reads; without a transaction one SELECT."""

from typing import Any

from sqlalchemy import Select, UpdateBase
from sqlalchemy.ext.asyncio import AsyncEngine

from servicekit.storage.interruptible_connection import Interrupt, InterruptibleConnection


class ReadOnly(InterruptibleConnection):
    """A connection that refuses writes by RuntimeError: none would be committed."""

    async def execute(self, statement: Any, *arguments: Any, **options: Any) -> Any:
        """Execute the statement; a cancellation interrupts it."""
        if isinstance(statement, UpdateBase):
            raise RuntimeError("writes are executed in a transaction that begins to write")
        return await super().execute(statement, *arguments, **options)

    def execute_later(self, *_arguments: Any, **_options: Any) -> None:
        """Refuse writes."""
        raise RuntimeError("writes are executed in a transaction that begins to write")


class SingleRead(ReadOnly):
    """A connection that executes one SELECT; RuntimeError for anything else."""

    def __init__(self, engine: AsyncEngine, interrupt: Interrupt) -> None:
        super().__init__(engine, interrupt)
        self._is_used = False

    async def execute(self, statement: Any, *arguments: Any, **options: Any) -> Any:
        """Execute the statement; a cancellation interrupts it."""
        self._use(statement)
        return await super().execute(statement, *arguments, **options)

    async def stream(  # type: ignore[override]  # to be awaited, not entered
        self, *_arguments: Any, **_options: Any
    ) -> Any:
        """Refuse rows that are fetched as needed: a server holds them in a transaction only."""
        raise RuntimeError("rows are streamed in a transaction only")

    async def run_sync(self, *_arguments: Any, **_options: Any) -> Any:
        """Refuse a function, which may execute anything."""
        raise RuntimeError("no function is run where one SELECT is executed")

    def _use(self, statement: Any) -> None:
        if not isinstance(statement, Select):
            raise RuntimeError("only a SELECT is executed outside of a transaction")
        if self._is_used:
            raise RuntimeError("a second statement might see another state: use a transaction")
        self._is_used = True
