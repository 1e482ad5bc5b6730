"""What does the index read from the database? Templates and embeddings of many encounters."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, Row, Select, and_, bindparam, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.encounter import EncounterStatus
from matcher.domain.finger import Embedding
from matcher.domain.person_part import EVERYBODY, PersonPart
from matcher.domain.searched_content import SearchedContent
from matcher.embedding.embedding_network import EMBEDDING_SIZE
from matcher.store import encounter_rows
from matcher.store.encounter_keys import EncounterKeys
from matcher.store.encryption import DataKey, embedding_name, template_name
from matcher.store.tables import (
    embeddings,
    encounter_galleries,
    encounter_keys,
    encounters,
    fingers,
)


@dataclass(frozen=True, slots=True, eq=False)
class IndexedFinger:
    """A stored finger as the index reads it.

    template: empty if it cannot be decrypted. sha256: of the template as it was stored, which shows
    whether it still is. embedding: None if this model version has made none, or if it is damaged.
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

    async def of(
        self, encounter_ids: Collection[str], part: PersonPart = EVERYBODY
    ) -> list[IndexedEncounter]:
        """Return those of these encounters that exist and have a finger, as they are now.

        part: encounters of other persons are left out.
        """
        if not part.is_whole:
            persons = select(encounters.c.encounter_id, encounters.c.person_id).where(
                encounters.c.encounter_id.in_(encounter_ids)
            )
            rows = (await self._transaction.execute(persons)).all()
            encounter_ids = [row.encounter_id for row in rows if part.holds(row.person_id)]
        if not encounter_ids:
            return []
        return await self._read(encounters.c.encounter_id.in_(encounter_ids))

    async def are_stored(self, encounter_ids: Collection[str]) -> bool:
        """Return whether all of these encounters, each named once, exist."""
        statement = select(func.count()).where(encounters.c.encounter_id.in_(encounter_ids))
        return await self._transaction.scalar(statement) == len(encounter_ids)

    async def added_after(
        self, number: int, limit: int, part: PersonPart = EVERYBODY
    ) -> list[IndexedEncounter]:
        """Return the next ``limit`` encounters added after this change, in order of addition.

        part: encounters of other persons are left out, so there may be fewer; none if there are no
        more.
        """
        return (await self.encrypted_after(number, limit, part)).decrypted()

    async def encrypted_after(
        self, number: int, limit: int, part: PersonPart = EVERYBODY
    ) -> "EncryptedEncounters":
        """Read what `added_after` returns, to be decrypted elsewhere."""
        added = encounters.c.added_by_change
        while True:
            following = select(added, encounters.c.encounter_id, encounters.c.person_id)
            following = following.where(added > number).order_by(added).limit(limit)
            rows = (await self._transaction.execute(following)).all()
            last = rows[-1].added_by_change if rows else number
            condition = added.between(number + 1, last)
            if not part.is_whole:
                own = [row.encounter_id for row in rows if part.holds(row.person_id)]
                condition = encounters.c.encounter_id.in_(own)
            found = await self._encrypted(condition)
            if found.rows or not rows:
                return found
            number = last

    async def outdated_after(self, number: int, limit: int) -> list[IndexedEncounter]:
        """Return the next ``limit`` encounters after this change that lack an embedding."""
        lacks_embedding = (
            select(fingers.c.position)
            .outerjoin(embeddings, self._of_this_version())
            .where(
                fingers.c.encounter_id == encounters.c.encounter_id,
                fingers.c.template.is_not(None),
                embeddings.c.version.is_(None),
            )
            .exists()
        )
        following = (
            select(encounters.c.encounter_id)
            .where(encounters.c.added_by_change > number, lacks_embedding)
            .order_by(encounters.c.added_by_change)
            .limit(limit)
        )
        return await self._read(encounters.c.encounter_id.in_(following))

    async def delete_other_embeddings(self, limit: int) -> int:
        """Delete embeddings that other model versions made; return how many there were.

        Those of at most ``limit`` encounters.
        """
        is_other = embeddings.c.version != self._embedding_version
        some = select(embeddings.c.encounter_id).where(is_other).distinct().limit(limit)
        found = (await self._transaction.scalars(some)).all()
        statement = delete(embeddings).where(is_other, embeddings.c.encounter_id.in_(found))
        return (await self._transaction.execute(statement)).rowcount

    async def store_embeddings(self, made: NewEmbeddings) -> None:
        """Store embeddings that the present model version made of templates still stored."""
        stored = await self._lock_fingers({encounter_id for encounter_id, _ in made})
        # A finger may have been replaced, with its key, while its embedding was computed.
        current = {at: new for at, new in made.items() if stored.get(at) == new.template_sha256}
        if not current:
            return
        keys = await self._keys.of({encounter_id for encounter_id, _ in current})
        rows = [
            row
            for (encounter_id, position), new in current.items()
            for row in encounter_rows.embeddings(
                encounter_id,
                {position: new.embedding},
                self._embedding_version,
                keys[encounter_id],
            )
        ]
        # Of those there already one is damaged, or another replica has stored it meanwhile.
        its_row = [c == bindparam(f"its_{c.name}") for c in embeddings.primary_key.columns]
        named = [{f"its_{name}": value for name, value in row.items()} for row in rows]
        await self._transaction.execute(delete(embeddings).where(*its_row), named)
        await self._transaction.execute(insert(embeddings), rows)

    async def invalidate_embeddings(self) -> None:
        """Delete the embeddings of this model version, so that the next load makes them again."""
        await self._transaction.execute(
            delete(embeddings).where(embeddings.c.version == self._embedding_version)
        )

    async def _lock_fingers(
        self, encounter_ids: Collection[str]
    ) -> Mapping[tuple[str, int], bytes | None]:
        """Return the hashes of stored templates, which nobody replaces in this transaction."""
        statement = (
            select(fingers.c.encounter_id, fingers.c.position, fingers.c.template_sha256)
            .where(fingers.c.encounter_id.in_(encounter_ids))
            .order_by(fingers.c.encounter_id, fingers.c.position)
            .with_for_update()
        )
        rows = await self._transaction.execute(statement)
        return {(row.encounter_id, row.position): row.template_sha256 for row in rows}

    async def _read(self, condition: ColumnElement[bool]) -> list[IndexedEncounter]:
        return (await self._encrypted(condition)).decrypted()

    async def _encrypted(self, condition: ColumnElement[bool]) -> "EncryptedEncounters":
        """Read the encounters of which a condition is true."""
        rows = (await self._transaction.execute(self._select().where(condition))).all()
        galleries = defaultdict[str, list[str]](list)
        for encounter_id, gallery in await self._transaction.execute(_GALLERIES.where(condition)):
            galleries[encounter_id].append(gallery)
        return EncryptedEncounters(rows, galleries, self._keys)

    def _of_this_version(self) -> ColumnElement[bool]:
        return and_(
            embeddings.c.encounter_id == fingers.c.encounter_id,
            embeddings.c.position == fingers.c.position,
            embeddings.c.version == self._embedding_version,
        )

    def _select(self) -> Select[Any]:
        return (
            select(
                encounters.c.encounter_id,
                encounters.c.person_id,
                encounters.c.status,
                encounters.c.added_by_change,
                fingers.c.position,
                embeddings.c.embedding,
                fingers.c.template,
                fingers.c.template_sha256,
                encounter_keys.c.wrapped_key,
            )
            .select_from(encounters)
            .join(fingers)
            .outerjoin(encounter_keys)
            .outerjoin(embeddings, self._of_this_version())
            .where(fingers.c.template.is_not(None))
            .order_by(encounters.c.added_by_change, fingers.c.position)
        )


_GALLERIES = (
    select(encounter_galleries.c.encounter_id, encounter_galleries.c.gallery)
    .join(encounters)
    .order_by(encounter_galleries.c.encounter_id, encounter_galleries.c.gallery)
)


@dataclass(frozen=True, slots=True, eq=False)
class EncryptedEncounters:
    """Encounters as they are stored.

    rows: of each finger, in order of addition and by position. galleries: by encounter id, sorted.
    """

    rows: Sequence[Row[Any]]
    galleries: Mapping[str, Sequence[str]]
    keys: EncounterKeys

    def decrypted(self) -> list[IndexedEncounter]:
        """Return the encounters. Takes about 15 us each, in which no other thread runs Python."""
        return [self._encounter(list(of_one)) for _, of_one in groupby(self.rows, _encounter_id)]

    def _encounter(self, rows: Sequence[Row[Any]]) -> IndexedEncounter:
        first = rows[0]
        key = self.keys.unwrapped(first.wrapped_key)
        return IndexedEncounter(
            first.encounter_id,
            first.person_id,
            EncounterStatus(first.status),
            first.added_by_change,
            {row.position: _finger(row, key) for row in rows},
            tuple(self.galleries.get(first.encounter_id, ())),
        )


_encounter_id = attrgetter("encounter_id")


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
