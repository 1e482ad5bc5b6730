"""A client that hangs up in the middle of a write leaves the database to the others."""

import asyncio
import random
from pathlib import Path

from servicekit.storage.database import Database
from sqlalchemy import text


async def _write(database: Database, number: int) -> None:
    async with database.begin() as transaction:
        await transaction.execute(text("INSERT INTO things VALUES (:n)"), {"n": number})
        await transaction.execute(text("SELECT count(*) FROM things"))


async def test_a_cancelled_transaction_stops_nobody_else(tmp_path: Path) -> None:
    database = Database(f"sqlite+aiosqlite:///{tmp_path}/things.db")
    async with database.begin() as transaction:
        await transaction.execute(text("CREATE TABLE things (n INTEGER)"))
    moments = random.Random(1)

    for number in range(100):
        doomed = [asyncio.create_task(_write(database, -1)) for _ in range(3)]
        await asyncio.sleep(moments.random() * 0.01)
        for task in doomed:
            task.cancel()
        async with asyncio.timeout(20):
            await _write(database, number)
        await asyncio.gather(*doomed, return_exceptions=True)

    async with database.read() as transaction:
        kept = await transaction.scalar(text("SELECT count(*) FROM things WHERE n >= 0"))
    await database.close()
    assert kept == 100
