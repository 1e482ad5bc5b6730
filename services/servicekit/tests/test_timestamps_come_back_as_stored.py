from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from servicekit.storage.column_types import UtcDateTime
from servicekit.storage.database import Database
from sqlalchemy import Column, MetaData, Table, insert, select

TABLES = MetaData()
MOMENTS = Table("moments", TABLES, Column("at", UtcDateTime))


async def test_timestamps_come_back_in_utc_whatever_their_zone_was(database_url: str) -> None:
    database = Database(database_url)
    morning = datetime(2018, 11, 5, 7, 0, 0, 123456, ZoneInfo("Asia/Makassar"))

    async with database.begin() as connection:
        await connection.run_sync(TABLES.create_all)
        await connection.execute(insert(MOMENTS).values(at=morning))
        await connection.execute(insert(MOMENTS).values(at=None))
    async with database.read() as connection:
        kept = list(await connection.scalars(select(MOMENTS.c.at).order_by(MOMENTS.c.at.is_(None))))
        later = await connection.scalar(select(MOMENTS.c.at).where(MOMENTS.c.at > morning))
    await database.close()

    assert kept == [datetime(2018, 11, 4, 23, 0, 0, 123456, UTC), None]
    assert kept[0] is not None
    assert kept[0].tzinfo is UTC
    assert later is None
