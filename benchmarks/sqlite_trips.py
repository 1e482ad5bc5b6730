"""Processor time of a transaction on SQLite, by driver: python -m benchmarks.sqlite_trips

Compares the driver of the services, one trip to a thread a statement, with aiosqlite as it is. Both
run in turn, in one process; the least of several runs of each counts.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from time import process_time

from servicekit.storage.sqlite_driver import connect
from sqlalchemy import Column, Integer, LargeBinary, MetaData, Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

_TRANSACTIONS, _RUNS, _STATEMENTS = 100, 5, 6
_TABLE = Table("row", MetaData(), Column("id", Integer, primary_key=True), Column("a", LargeBinary))


@asynccontextmanager
async def _engines() -> AsyncIterator[dict[str, AsyncEngine]]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "one.sqlite"
        url = f"sqlite+aiosqlite:///{file}"
        engines = {
            "aiosqlite": create_async_engine(url),
            "one trip a statement": create_async_engine(
                url, async_creator=partial(connect, str(file))
            ),
        }
        async with engines["aiosqlite"].begin() as transaction:
            await transaction.run_sync(_TABLE.metadata.create_all)
        yield engines
        for engine in engines.values():
            await engine.dispose()


async def _read(transaction: AsyncConnection) -> None:
    await transaction.scalar(select(func.count()).select_from(_TABLE).where(_TABLE.c.id == 1))


async def _write(transaction: AsyncConnection) -> None:
    for _ in range(_STATEMENTS):
        await transaction.execute(insert(_TABLE), [{"a": b"1"}, {"a": b"2"}])


async def main() -> None:
    """Measure and print."""
    async with _engines() as engines:
        for name, work in (("a read", _read), (f"{_STATEMENTS} inserts", _write)):
            least = dict.fromkeys(engines, float("inf"))
            for _ in range(_RUNS):
                for driver, engine in engines.items():
                    began = process_time()
                    for _ in range(_TRANSACTIONS):
                        async with engine.begin() as transaction:
                            await work(transaction)
                    seconds = (process_time() - began) / _TRANSACTIONS
                    least[driver] = min(least[driver], seconds)
            before, after = least.values()
            print(f"{name}: {1e3 * before:.2f} -> {1e3 * after:.2f} ms, x {before / after:.2f}")


if __name__ == "__main__":
    asyncio.run(main())
