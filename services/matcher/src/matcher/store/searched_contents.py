"""What do stored encounters hold of that which searches use? Read without any biometric data."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.encounter import SEARCHED_STATUSES, EncounterStatus
from matcher.domain.searched_content import ContentSums, SearchedContent
from matcher.store.tables import encounter_galleries, encounters, fingers

_ENCOUNTERS_PER_BATCH = 1000


@dataclass(frozen=True, slots=True)
class SearchedContents:
    """Contents of encounters that have a template, within one transaction."""

    _transaction: AsyncConnection

    async def of(self, encounter_id: str) -> SearchedContent | None:
        """Return the content of an encounter; None if there is no such encounter."""
        statement = _select().where(encounters.c.encounter_id == encounter_id)
        contents = await self._read(statement)
        return contents[0] if contents else None

    async def searched_after(self, number: int, limit: int) -> list[SearchedContent]:
        """Return the next ``limit`` searched encounters added after this change, in their order."""
        following = (
            select(encounters.c.encounter_id)
            .where(
                encounters.c.added_by_change > number, encounters.c.status.in_(SEARCHED_STATUSES)
            )
            .order_by(encounters.c.added_by_change)
            .limit(limit)
        )
        statement = _select().where(encounters.c.encounter_id.in_(following))
        return await self._read(statement)

    async def sums(self) -> ContentSums:
        """Return the sums over all searched encounters, by reading them all."""
        sums, last = ContentSums(), 0
        while contents := await self.searched_after(last, _ENCOUNTERS_PER_BATCH):
            for content in contents:
                sums = sums.after(None, content)
            last = contents[-1].added_by_change
        return sums

    async def _read(self, statement: Select[Any]) -> list[SearchedContent]:
        rows = (await self._transaction.execute(statement)).all()
        return [_content(list(group)) for _, group in groupby(rows, lambda row: row.encounter_id)]


def _select() -> Select[Any]:
    """Select a row for each finger and gallery of encounters."""
    return (
        select(
            encounters.c.encounter_id,
            encounters.c.person_id,
            encounters.c.status,
            encounters.c.added_by_change,
            fingers.c.position,
            fingers.c.template_sha256,
            encounter_galleries.c.gallery,
        )
        .join(fingers)
        .join(
            encounter_galleries,
            encounter_galleries.c.encounter_id == encounters.c.encounter_id,
            isouter=True,
        )
        .where(fingers.c.template.is_not(None))
        .order_by(encounters.c.added_by_change)
    )


def _content(rows: Sequence[Row[Any]]) -> SearchedContent:
    first = rows[0]
    return SearchedContent(
        first.encounter_id,
        first.person_id,
        EncounterStatus(first.status),
        first.added_by_change,
        {row.position: row.template_sha256 for row in rows},
        tuple({row.gallery for row in rows if row.gallery is not None}),
    )
