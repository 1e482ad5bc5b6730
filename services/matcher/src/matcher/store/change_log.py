"""The log of changes, and the index's view of what they changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import uuid4

import numpy as np
from sqlalchemy import Row, Select, case, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.biometrics import Embedding, EncounterStatus
from matcher.domain.change_token import ChangeToken
from matcher.store.tables import changes, encounters, fingers, head


@dataclass(frozen=True, slots=True, eq=False)
class StoredTemplate:
    """A finger as it is stored. embedding: None if it is of another version."""

    template: bytes
    embedding: Embedding | None


@dataclass(frozen=True, slots=True, eq=False)
class EncounterTemplates:
    """An encounter as the database has it now. added: number of the change that added it."""

    encounter_id: str
    person_id: str
    status: EncounterStatus
    added: int
    fingers: Mapping[int, StoredTemplate]


Embedded = Mapping[tuple[str, int], Embedding]
"""Embeddings by encounter id and position."""


class Changes:
    """Numbers changes and tells what they touched, within one transaction."""

    def __init__(self, transaction: AsyncConnection) -> None:
        self._transaction = transaction

    async def head(self) -> ChangeToken:
        """The latest committed change, as this transaction sees it."""
        row = (await self._transaction.execute(select(head.c.database_epoch, head.c.change))).one()
        return ChangeToken(row.database_epoch, row.change)

    async def append(self, kind: str, encounter_id: str) -> ChangeToken:
        """Take the next number; from here to the commit nobody else changes anything."""
        statement = update(head).values(change=head.c.change + 1)
        row = (
            await self._transaction.execute(
                statement.returning(head.c.database_epoch, head.c.change)
            )
        ).one()
        await self._transaction.execute(
            insert(changes).values(number=row.change, kind=kind, encounter_id=encounter_id)
        )
        return ChangeToken(row.database_epoch, row.change)

    async def after(self, number: int, limit: int) -> tuple[int, list[str]]:
        """The number of the last of the next changes, and the encounters they touched.

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
            raise RuntimeError(f"the log of changes has a gap after {number}")
        return last, list(dict.fromkeys(row.encounter_id for row in rows))

    async def entries(self, encounter_ids: Sequence[str], version: str) -> list[EncounterTemplates]:
        """These encounters as they are now, with embeddings of ``version``; absent if deleted."""
        statement = _entries(version).where(encounters.c.encounter_id.in_(encounter_ids))
        return _grouped((await self._transaction.execute(statement)).all())

    async def entries_after(self, added: int, limit: int, version: str) -> list[EncounterTemplates]:
        """The next encounters in the order they were added."""
        following = (
            select(encounters.c.encounter_id)
            .where(encounters.c.added > added)
            .order_by(encounters.c.added)
            .limit(limit)
        )
        statement = _entries(version).where(encounters.c.encounter_id.in_(following))
        return _grouped((await self._transaction.execute(statement)).all())

    async def reembed(self, embedded: Embedded, version: str) -> None:
        """Keep embeddings made anew."""
        for (encounter_id, position), embedding in embedded.items():
            await self._transaction.execute(
                update(fingers)
                .where(
                    fingers.c.encounter_id == encounter_id,
                    fingers.c.position == position,
                )
                .values(embedding=embedding.tobytes(), embedding_version=version)
            )

    async def forget_embeddings(self) -> None:
        """Make every embedding stale, so that all are made anew from the templates."""
        await self._transaction.execute(update(fingers).values(embedding_version=None))

    async def start_new_epoch(self) -> ChangeToken:
        """Give the database a new name: tokens handed out before mean nothing any more."""
        await self._transaction.execute(update(head).values(database_epoch=uuid4().hex))
        return await self.head()


def _entries(version: str) -> Select[Any]:
    is_fresh = fingers.c.embedding_version == version
    return (
        select(
            encounters.c.encounter_id,
            encounters.c.person_id,
            encounters.c.status,
            encounters.c.added,
            fingers.c.position,
            case((is_fresh, fingers.c.embedding)).label("embedding"),
            fingers.c.template,
        )
        .join(fingers)
        .where(fingers.c.template.is_not(None))
        .order_by(encounters.c.added, fingers.c.position)
    )


def _grouped(rows: Sequence[Row[Any]]) -> list[EncounterTemplates]:
    return [_entry(list(group)) for _, group in groupby(rows, lambda row: row.encounter_id)]


def _entry(rows: Sequence[Row[Any]]) -> EncounterTemplates:
    first = rows[0]
    return EncounterTemplates(
        first.encounter_id,
        first.person_id,
        EncounterStatus(first.status),
        first.added,
        {row.position: StoredTemplate(row.template, _embedding(row.embedding)) for row in rows},
    )


def _embedding(stored: bytes | None) -> Embedding | None:
    return None if stored is None else np.frombuffer(stored, np.float16)
