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
from matcher.domain.searched_content import SearchedContent
from matcher.embedding.embedding_network import EMBEDDING_SIZE
from matcher.store.encounter_keys import EncounterKeys
from matcher.store.encounter_queries import read_galleries
from matcher.store.encryption import DataKey, embedding_name, template_name
from matcher.store.tables import encounters, fingers


@dataclass(frozen=True, slots=True, eq=False)
class IndexedFinger:
    """A stored finger as the index reads it.

    template: empty if it cannot be decrypted. sha256: of the template as it was stored, which shows
    whether it still is. embedding: None if another model version made it, or if it is damaged.
    """

    template: bytes
    sha256: bytes
    embedding: Embedding | None


@dataclass(frozen=True, slots=True, eq=False)
class IndexedEncounter:
    """An encounter as the index reads it.

    fingers: by position, at least one. galleries: that it belongs to, sorted.
    """

    encounter_id: str
    person_id: str
    status: EncounterStatus
    added_by_change: int
    fingers: Mapping[int, IndexedFinger]
    galleries: tuple[str, ...]

    @property
    def checksum(self) -> int:
        """Checksum of what searches use of it."""
        return SearchedContent(
            self.encounter_id,
            self.person_id,
            self.status,
            self.added_by_change,
            {position: finger.sha256 for position, finger in self.fingers.items()},
            self.galleries,
        ).checksum


_EMBEDDING_BYTES = EMBEDDING_SIZE * 2


@dataclass(frozen=True, slots=True, eq=False)
class NewEmbedding:
    """An embedding that was computed. template_sha256: of the template that it was made of."""

    embedding: Embedding
    template_sha256: bytes


NewEmbeddings = Mapping[tuple[str, int], NewEmbedding]
"""Embeddings by encounter id and finger position."""


@dataclass(frozen=True, slots=True)
class IndexSource:
    """Reads encounters for the index, and stores the embeddings that it had to compute."""

    _transaction: AsyncConnection
    _keys: EncounterKeys
    _embedding_version: str

    async def of(self, encounter_ids: Sequence[str]) -> list[IndexedEncounter]:
        """Return those of these encounters that exist and have a finger, as they are now."""
        statement = self._select().where(encounters.c.encounter_id.in_(encounter_ids))
        return await self._read(statement)

    async def added_after(self, number: int, limit: int) -> list[IndexedEncounter]:
        """Return the next ``limit`` encounters added after this change, in order of addition."""
        following = (
            select(encounters.c.encounter_id)
            .where(encounters.c.added_by_change > number)
            .order_by(encounters.c.added_by_change)
            .limit(limit)
        )
        statement = self._select().where(encounters.c.encounter_id.in_(following))
        return await self._read(statement)

    async def store_embeddings(self, embeddings: NewEmbeddings) -> None:
        """Store embeddings that the present model version made of templates still stored."""
        keys = await self._keys.of({encounter_id for encounter_id, _ in embeddings})
        for (encounter_id, position), new in embeddings.items():
            name = embedding_name(encounter_id, position)
            await self._transaction.execute(
                update(fingers)
                .where(
                    fingers.c.encounter_id == encounter_id,
                    fingers.c.position == position,
                    # The finger may have been replaced while its embedding was computed.
                    fingers.c.template_sha256 == new.template_sha256,
                )
                .values(
                    embedding=keys[encounter_id].encrypt(new.embedding.tobytes(), name),
                    embedding_version=self._embedding_version,
                )
            )

    async def invalidate_embeddings(self) -> None:
        """Mark every embedding as outdated, so that the next load computes it from its template."""
        await self._transaction.execute(update(fingers).values(embedding_version=None))

    async def _read(self, statement: Select[Any]) -> list[IndexedEncounter]:
        rows = (await self._transaction.execute(statement)).all()
        encounter_ids = {row.encounter_id for row in rows}
        galleries = await read_galleries(self._transaction, encounter_ids)
        keys = await self._keys.of(encounter_ids)
        return [
            _encounter(list(group), keys[encounter_id], galleries.get(encounter_id, ()))
            for encounter_id, group in groupby(rows, lambda row: row.encounter_id)
        ]

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
                fingers.c.template_sha256,
            )
            .join(fingers)
            .where(fingers.c.template.is_not(None))
            .order_by(encounters.c.added_by_change, fingers.c.position)
        )


def _encounter(
    rows: Sequence[Row[Any]], key: DataKey, galleries: tuple[str, ...]
) -> IndexedEncounter:
    first = rows[0]
    return IndexedEncounter(
        first.encounter_id,
        first.person_id,
        EncounterStatus(first.status),
        first.added_by_change,
        {row.position: _finger(row, key) for row in rows},
        galleries,
    )


def _finger(row: Row[Any], key: DataKey) -> IndexedFinger:
    template_of, embedding_of = (
        template_name(row.encounter_id, row.position),
        embedding_name(row.encounter_id, row.position),
    )
    template = key.decrypt_or_nothing(row.template, template_of)
    if row.embedding is None:
        return IndexedFinger(template, row.template_sha256, None)
    embedding = key.decrypt_or_nothing(row.embedding, embedding_of)
    is_whole = len(embedding) == _EMBEDDING_BYTES
    return IndexedFinger(
        template,
        row.template_sha256,
        np.frombuffer(embedding, np.float16) if is_whole else None,
    )
