"""What does the index read from the database? Templates and embeddings of many encounters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from sqlalchemy import Row, Select, case, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.encounter import EncounterStatus
from matcher.domain.finger import Embedding
from matcher.store.tables import encounters, fingers


@dataclass(frozen=True, slots=True, eq=False)
class IndexedFinger:
    """A stored finger as the index reads it. embedding: None if another model version made it."""

    template: bytes
    embedding: Embedding | None


@dataclass(frozen=True, slots=True, eq=False)
class IndexedEncounter:
    """An encounter as the index reads it. fingers: by position, at least one."""

    encounter_id: str
    person_id: str
    status: EncounterStatus
    added_by_change: int
    fingers: Mapping[int, IndexedFinger]


NewEmbeddings = Mapping[tuple[str, int], Embedding]
"""Embeddings by encounter id and finger position."""


@dataclass(frozen=True, slots=True)
class IndexSource:
    """Reads encounters for the index, and stores the embeddings that it had to compute."""

    _transaction: AsyncConnection
    _embedding_version: str

    async def of(self, encounter_ids: Sequence[str]) -> list[IndexedEncounter]:
        """Return those of these encounters that exist and have a finger, as they are now."""
        statement = self._select().where(encounters.c.encounter_id.in_(encounter_ids))
        return _grouped((await self._transaction.execute(statement)).all())

    async def added_after(self, number: int, limit: int) -> list[IndexedEncounter]:
        """Return the next ``limit`` encounters added after this change, in order of addition."""
        following = (
            select(encounters.c.encounter_id)
            .where(encounters.c.added_by_change > number)
            .order_by(encounters.c.added_by_change)
            .limit(limit)
        )
        statement = self._select().where(encounters.c.encounter_id.in_(following))
        return _grouped((await self._transaction.execute(statement)).all())

    async def store_embeddings(self, embeddings: NewEmbeddings) -> None:
        """Store embeddings that the present model version made of templates."""
        for (encounter_id, position), embedding in embeddings.items():
            await self._transaction.execute(
                update(fingers)
                .where(fingers.c.encounter_id == encounter_id, fingers.c.position == position)
                .values(embedding=embedding.tobytes(), embedding_version=self._embedding_version)
            )

    async def invalidate_embeddings(self) -> None:
        """Mark every embedding as outdated, so that the next load computes it from its template."""
        await self._transaction.execute(update(fingers).values(embedding_version=None))

    def _select(self) -> Select[Any]:
        is_current = fingers.c.embedding_version == self._embedding_version
        return (
            select(
                encounters.c.encounter_id,
                encounters.c.person_id,
                encounters.c.status,
                encounters.c.added_by_change,
                fingers.c.position,
                case((is_current, fingers.c.embedding)).label("embedding"),
                fingers.c.template,
            )
            .join(fingers)
            .where(fingers.c.template.is_not(None))
            .order_by(encounters.c.added_by_change, fingers.c.position)
        )


def _grouped(rows: Sequence[Row[Any]]) -> list[IndexedEncounter]:
    return [_encounter(list(group)) for _, group in groupby(rows, lambda row: row.encounter_id)]


def _encounter(rows: Sequence[Row[Any]]) -> IndexedEncounter:
    first = rows[0]
    return IndexedEncounter(
        first.encounter_id,
        first.person_id,
        EncounterStatus(first.status),
        first.added_by_change,
        {row.position: IndexedFinger(row.template, _embedding(row.embedding)) for row in rows},
    )


def _embedding(stored: bytes | None) -> Embedding | None:
    return None if stored is None else np.frombuffer(stored, np.float16)
