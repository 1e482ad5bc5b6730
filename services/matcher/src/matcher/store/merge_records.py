"""Which merges of persons were made, by whom, and what did they move?"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.errors import MergeNotFound
from matcher.domain.merge import Merge
from matcher.domain.office_scope import OfficeScope
from matcher.domain.request import RequestOrigin
from matcher.store.tables import merged_encounters, merges


@dataclass(frozen=True, slots=True)
class MergeRecords:
    """Merges of persons, within one transaction."""

    _transaction: AsyncConnection

    async def add(self, merge: Merge, by: RequestOrigin) -> None:
        """Record a merge, which callers of the scope that it was made in can undo."""
        await self._transaction.execute(
            insert(merges).values(
                merge_id=merge.merge_id,
                from_person_id=merge.from_person_id,
                into_person_id=merge.into_person_id,
                office_id=by.scope.office_id,
                caller=by.caller,
                on_behalf_of=by.on_behalf_of_uri,
                merged_at=merge.at,
            )
        )
        await self._transaction.execute(
            insert(merged_encounters),
            [{"merge_id": merge.merge_id, "encounter_id": each} for each in merge.encounter_ids],
        )

    async def get(self, merge_id: str, scope: OfficeScope) -> Merge:
        """Return a merge made within the scope; raise MergeNotFound."""
        statement = select(merges).where(merges.c.merge_id == merge_id)
        if scope.office_id is not None:
            statement = statement.where(merges.c.office_id == scope.office_id)
        row = (await self._transaction.execute(statement)).one_or_none()
        if row is None:
            raise MergeNotFound("there is no such merge", field="merge_id")
        moved = (
            select(merged_encounters.c.encounter_id)
            .where(merged_encounters.c.merge_id == merge_id)
            .order_by(merged_encounters.c.encounter_id)
        )
        ids = tuple((await self._transaction.scalars(moved)).all())
        return Merge(
            merge_id, row.from_person_id, row.into_person_id, ids, row.merged_at, row.undone_at
        )

    async def set_undone(self, merge_id: str, at: datetime) -> None:
        """Record that a merge was undone."""
        await self._transaction.execute(
            update(merges).where(merges.c.merge_id == merge_id).values(undone_at=at)
        )
