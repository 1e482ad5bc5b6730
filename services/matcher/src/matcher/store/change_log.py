"""Which changes were committed, in which order, and in which epoch of the database?"""

from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.change_token import ChangeToken
from matcher.store.tables import ChangeKind, changes, head


@dataclass(frozen=True, slots=True)
class ChangeLog:
    """The numbered log of all changes of encounters, within one transaction."""

    _transaction: AsyncConnection

    async def head(self) -> ChangeToken:
        """Return the token of the latest committed change, as this transaction sees it."""
        statement = select(head.c.database_epoch, head.c.last_change)
        row = (await self._transaction.execute(statement)).one()
        return ChangeToken(row.database_epoch, row.last_change)

    async def append(self, kind: ChangeKind, encounter_id: str) -> ChangeToken:
        """Record a change under the next number and return its token.

        Every other writer waits from here to the commit, so numbers follow the order of commits.
        Raises sqlalchemy.exc.IntegrityError if an encounter of this id was added before.
        """
        statement = (
            update(head)
            .values(last_change=head.c.last_change + 1)
            .returning(head.c.database_epoch, head.c.last_change)
        )
        row = (await self._transaction.execute(statement)).one()
        await self._transaction.execute(
            insert(changes).values(number=row.last_change, kind=kind, encounter_id=encounter_id)
        )
        return ChangeToken(row.database_epoch, row.last_change)

    async def after(self, number: int, limit: int) -> tuple[int, list[str]]:
        """Return the number of the last of the next changes, and the encounters they concern.

        At most ``limit`` changes, each encounter once; ``number`` itself if there are none.
        Raises RuntimeError at a gap in the log, which must never be passed.
        """
        statement = (
            select(changes.c.number, changes.c.encounter_id)
            .where(changes.c.number > number)
            .order_by(changes.c.number)
            .limit(limit)
        )
        rows = (await self._transaction.execute(statement)).all()
        last = rows[-1].number if rows else number
        if last != number + len(rows):
            raise RuntimeError(f"the change log has a gap after {number}")
        return last, list(dict.fromkeys(row.encounter_id for row in rows))

    async def start_new_epoch(self) -> ChangeToken:
        """Give the database a new epoch, which makes all change tokens given out before void."""
        await self._transaction.execute(update(head).values(database_epoch=uuid4().hex))
        return await self.head()
