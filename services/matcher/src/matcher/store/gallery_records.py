"""Which galleries are there, and which encounters belong to each?"""

from collections.abc import Sequence
from dataclasses import dataclass

from servicekit.storage.interruptible_connection import execute_later
from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.gallery import Gallery, GalleryMember, GallerySize
from matcher.domain.office_scope import OfficeScope
from matcher.store.encounter_queries import in_scope
from matcher.store.tables import encounter_galleries, encounters

_COLUMNS = encounter_galleries.c
_MEMBERSHIPS = encounter_galleries.join(encounters)
_INSERT = insert(encounter_galleries)


@dataclass(frozen=True, slots=True)
class GalleryRecords:
    """The galleries of the encounters within a caller's scope, within one transaction."""

    _transaction: AsyncConnection

    async def page(self, scope: OfficeScope, after: str, limit: int) -> list[Gallery]:
        """Return the next galleries by name."""
        statement = (
            select(_COLUMNS.gallery, func.count())
            .select_from(_MEMBERSHIPS)
            .where(_COLUMNS.gallery > after, in_scope(scope))
            .group_by(_COLUMNS.gallery)
            .order_by(_COLUMNS.gallery)
            .limit(limit)
        )
        return [Gallery(*row) for row in await self._transaction.execute(statement)]

    async def members(
        self, gallery: str, scope: OfficeScope, after: str, limit: int
    ) -> list[GalleryMember]:
        """Return the next encounters of a gallery by id."""
        statement = (
            select(encounters.c.encounter_id, encounters.c.person_id)
            .select_from(_MEMBERSHIPS)
            .where(_COLUMNS.gallery == gallery, encounters.c.encounter_id > after, in_scope(scope))
            .order_by(encounters.c.encounter_id)
            .limit(limit)
        )
        return [GalleryMember(*row) for row in await self._transaction.execute(statement)]

    async def size(self, gallery: str, scope: OfficeScope) -> GallerySize:
        """Return how many encounters and persons belong to a gallery."""
        statement = (
            select(func.count(), func.count(encounters.c.person_id.distinct()))
            .select_from(_MEMBERSHIPS)
            .where(_COLUMNS.gallery == gallery, in_scope(scope))
        )
        return GallerySize(*(await self._transaction.execute(statement)).one())

    async def replace(self, encounter_id: str, galleries: Sequence[str]) -> None:
        """Let an encounter belong to these galleries and to no others."""
        of_encounter = encounter_galleries.c.encounter_id == encounter_id
        await self._transaction.execute(delete(encounter_galleries).where(of_encounter))
        await self.add([(encounter_id, galleries)])

    async def add(self, of_encounters: Sequence[tuple[str, Sequence[str]]]) -> None:
        """Let encounters, given by their ids, belong to these galleries too."""
        rows = [
            {"encounter_id": encounter_id, "gallery": gallery}
            for encounter_id, galleries in of_encounters
            for gallery in galleries
        ]
        execute_later(self._transaction, _INSERT, rows)
