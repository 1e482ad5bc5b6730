"""Processor time of a transaction on SQLite, by driver: python -m benchmarks.sqlite_trips

Compares the database of the services, one trip to a thread a statement, with aiosqlite as it is.
All run in turn, in one process; the least of several runs of each counts.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from time import process_time

from servicekit.storage.database import Database
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

_TRANSACTIONS, _RUNS, _STATEMENTS = 100, 5, 6
_TABLE = Table("row", MetaData(), Column("id", Integer, primary_key=True), Column("a", LargeBinary))

Open = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


@asynccontextmanager
async def _ways() -> AsyncIterator[tuple[Mapping[str, Open], Mapping[str, Open]]]:
    """Yield the ways to read and to write, by name."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'one.sqlite'}"
        engine, database = create_async_engine(url), Database(url)
        async with database.begin() as transaction:
            await transaction.run_sync(_TABLE.metadata.create_all)
        yield (
            {"aiosqlite": engine.begin, "read": database.read, "read_once": database.read_once},
            {"aiosqlite": engine.begin, "begin": database.begin},
        )
        await engine.dispose()
        await database.close()


async def _read(transaction: AsyncConnection) -> None:
    await transaction.scalar(select(func.count()).select_from(_TABLE).where(_TABLE.c.id == 1))


async def _write(transaction: AsyncConnection) -> None:
    for _ in range(_STATEMENTS):
        await transaction.execute(insert(_TABLE), [{"a": b"1"}, {"a": b"2"}])


async def main() -> None:
    """Measure and print."""
    async with _ways() as (to_read, to_write):
        for name, work, ways in (
            ("a read", _read, to_read),
            (f"{_STATEMENTS} inserts", _write, to_write),
        ):
            least = dict.fromkeys(ways, float("inf"))
            for _ in range(_RUNS):
                for way, begin in ways.items():
                    began = process_time()
                    for _ in range(_TRANSACTIONS):
                        async with begin() as transaction:
                            await work(transaction)
                    seconds = (process_time() - began) / _TRANSACTIONS
                    least[way] = min(least[way], seconds)
            figures = ", ".join(f"{way} {1e3 * each:.2f} ms" for way, each in least.items())
            print(f"{name}: {figures}")


if __name__ == "__main__":
    asyncio.run(main())
