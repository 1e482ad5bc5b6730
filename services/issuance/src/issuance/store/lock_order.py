"""In which order writers lock: first a case, then rows of other tables that belong to it.

Who has applications taken in, persons merged or a merge undone locks `PersonMergeRecords` between
the two; whoever waits for that lock holds no row but that of the case.
"""

from sqlalchemy import ScalarSelect, select
from sqlalchemy.ext.asyncio import AsyncConnection

from issuance.store.tables.applications import applications


async def lock_case_first(connection: AsyncConnection, case: str | ScalarSelect[str]) -> None:
    """Lock a case, before a row that belongs to it; else two writers could wait for each other."""
    c = applications.c
    statement = select(c.number).where(c.id == case)
    await connection.execute(statement.with_for_update(key_share=True))
