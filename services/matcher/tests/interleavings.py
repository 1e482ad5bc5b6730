"""Replicas in one process whose steps are taken one at a time, in an order that a seed decides.

A step ends before each transaction, each commit and each piece of work of a pool of threads. A
transaction that waits for a lock waits in the server.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest
from matcher.bootstrap import StoreAndIndex
from servicekit.process.worker_pool import WorkerPool
from sqlalchemy.ext.asyncio import AsyncConnection

_POLL_SECONDS = 0.0002


class Interleaving:
    """Decides which step is taken next."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.steps = 0
        self._waiting: list[asyncio.Future[None]] = []
        self._working = 0
        self._writing = 0
        self._committing = 0

    async def run(self, *doing: Coroutine[Any, Any, None]) -> None:
        """Do all of it, step by step."""
        tasks = [asyncio.create_task(each) for each in doing]
        while not all(task.done() for task in tasks):
            await self._settle()
            if self._waiting:
                chosen = self._waiting.pop(self.random.randrange(len(self._waiting)))
                self.steps += 1
                chosen.set_result(None)
        for task in tasks:
            task.result()

    async def step(self) -> None:
        """Wait for one's turn."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        await turn

    async def work(self, run: Callable[[], Awaitable[Any]]) -> Any:
        """Do work of a pool when it has its turn."""
        await self.step()
        self._working += 1
        try:
            return await run()
        finally:
            self._working -= 1

    @asynccontextmanager
    async def reading(self, transaction: Any) -> AsyncIterator[AsyncConnection]:
        """Read when it has its turn, in one step."""
        await self.step()
        self._working += 1
        try:
            async with transaction as connection:
                yield connection
        finally:
            self._working -= 1

    @asynccontextmanager
    async def writing(self, transaction: Any) -> AsyncIterator[AsyncConnection]:
        """Begin when it has its turn, commit when it has another, and tell of it with a third."""
        await self.step()
        self._writing += 1
        try:
            async with transaction as connection:
                yield connection
                self._committing += 1
                try:
                    await self.step()
                finally:
                    self._committing -= 1
        finally:
            self._writing -= 1
        await self.step()

    async def _settle(self) -> None:
        """Wait until nothing goes on before a next step is taken."""
        calm = 0
        while calm < 3:
            await asyncio.sleep(_POLL_SECONDS if self._is_busy() else 0)
            calm = 0 if self._is_busy() else calm + 1

    def _is_busy(self) -> bool:
        # Whoever writes holds the lock of the head until its commit; the others wait for it.
        return self._working > 0 or (self._writing > 0 and self._committing == 0)


def interleaved(
    replicas: list[StoreAndIndex], current: list[Interleaving], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let the last of the interleavings decide when replicas do what; without any they do it."""
    for replica in replicas:
        for name, gate in (
            ("begin", Interleaving.writing),
            ("read", Interleaving.reading),
            ("read_once", Interleaving.reading),
        ):
            original = getattr(replica.database, name)

            def begin(original: Any = original, gate: Any = gate) -> Any:
                return gate(current[-1], original()) if current else original()

            monkeypatch.setattr(replica.database, name, begin)
    run = WorkerPool.run

    async def work(pool: WorkerPool, *arguments: Any, **options: Any) -> Any:
        if not current:
            return await run(pool, *arguments, **options)
        return await current[-1].work(lambda: run(pool, *arguments, **options))

    monkeypatch.setattr(WorkerPool, "run", work)
