"""How are encounters selected, and read with their fingers and galleries?"""

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.alteration.alteration_score import AlterationScore
from matcher.domain.encounter import Encounter, EncounterStatus, StoredFinger
from matcher.domain.office_scope import OfficeScope
from matcher.store.change_log import change_token
from matcher.store.database_epoch import database_epoch
from matcher.store.tables import changes, encounter_galleries, encounters, fingers


def in_scope(scope: OfficeScope) -> ColumnElement[bool]:
    """Return the condition that an encounter is of an office within the scope."""
    return true() if scope.office_id is None else encounters.c.office_id == scope.office_id


def select_encounters(scope: OfficeScope) -> Select[Any]:
    """Select the encounters in scope, with what their change tokens are made of."""
    epoch = select(database_epoch).scalar_subquery()
    log_hash = select(changes.c.log_hash).where(changes.c.number == encounters.c.last_change)
    return select(
        encounters,
        epoch.label("database_epoch"),
        log_hash.scalar_subquery().label("log_hash"),
    ).where(in_scope(scope))


async def read_encounters(
    transaction: AsyncConnection, selected: Select[Any]
) -> tuple[Encounter, ...]:
    """Return the encounters selected by `select_encounters`, in its order."""
    rows = (await transaction.execute(selected)).all()
    ids = [row.encounter_id for row in rows]
    of_encounter = await _fingers(transaction, ids)
    galleries = await read_galleries(transaction, ids)
    return tuple(
        _encounter(row, of_encounter.get(row.encounter_id, ()), galleries.get(row.encounter_id, ()))
        for row in rows
    )


async def _fingers(
    transaction: AsyncConnection, encounter_ids: Sequence[str]
) -> dict[str, tuple[StoredFinger, ...]]:
    c = fingers.c
    statement = (
        select(
            c.encounter_id,
            c.position,
            c.minutiae,
            c.quality,
            c.missing_reason,
            c.alteration_score,
            c.alteration_detector,
        )
        .where(c.encounter_id.in_(encounter_ids))
        .order_by(c.encounter_id, c.position)
    )
    rows = (await transaction.execute(statement)).all()
    return {
        encounter_id: tuple(map(_finger, group))
        for encounter_id, group in groupby(rows, lambda row: row.encounter_id)
    }


def _finger(row: Any) -> StoredFinger:
    alteration = None
    if row.alteration_score is not None:
        alteration = AlterationScore(row.alteration_score, row.alteration_detector)
    return StoredFinger(row.position, row.minutiae, row.quality, row.missing_reason, alteration)


async def read_galleries(
    transaction: AsyncConnection, encounter_ids: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """Return the galleries, sorted, of those of these encounters that belong to any."""
    c = encounter_galleries.c
    statement = (
        select(c.encounter_id, c.gallery)
        .where(c.encounter_id.in_(encounter_ids))
        .order_by(c.encounter_id, c.gallery)
    )
    rows = (await transaction.execute(statement)).all()
    return {
        encounter_id: tuple(row.gallery for row in group)
        for encounter_id, group in groupby(rows, lambda row: row.encounter_id)
    }


def _encounter(
    row: Row[Any], stored: tuple[StoredFinger, ...], galleries: tuple[str, ...]
) -> Encounter:
    return Encounter(
        encounter_id=row.encounter_id,
        person_id=row.person_id,
        office_id=row.office_id,
        status=EncounterStatus(row.status),
        fingers=stored,
        galleries=galleries,
        revision=row.revision,
        created_at=row.created_at,
        added_by_change=row.added_by_change,
        fingers_change=row.fingers_change,
        change_token=change_token(row.database_epoch, row.last_change, row.log_hash),
    )
