"""How are encounters, their fingers and images stored, changed and read?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from servicekit.errors import RequestIdReused, StaleRevision
from sqlalchemy import Row, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import (
    SEARCHED_STATUSES,
    Encounter,
    EncounterStatus,
    StoredFinger,
    StoredPerson,
    StoredTemplate,
)
from matcher.domain.enrolment import Enrolment
from matcher.domain.errors import EncounterExists, EncounterNotFound
from matcher.domain.finger import Finger, FingerImage
from matcher.store import encounter_rows
from matcher.store.change_log import ChangeLog
from matcher.store.tables import ChangeKind, encounters, fingers, head, images


@dataclass(frozen=True, slots=True)
class EncounterRecords:
    """Encounters within one transaction; each change takes the next number of the change log."""

    _transaction: AsyncConnection
    _changes: ChangeLog
    _embedding_version: str

    async def added_by_request(self, enrolment: Enrolment) -> Encounter | None:
        """Return the encounter that an earlier attempt of this very request added, if it did.

        Raises RequestIdReused if the request had another content then.
        """
        origin = enrolment.origin
        statement = _select().where(
            encounters.c.caller == origin.caller, encounters.c.request_id == origin.request_id
        )
        row = (await self._transaction.execute(statement)).one_or_none()
        if row is None:
            return None
        if row.request_digest != enrolment.request_digest:
            raise _request_id_reused()
        return await self._encounter(row)

    async def add(
        self,
        enrolment: Enrolment,
        present: Sequence[Finger],
        status: EncounterStatus,
        now: datetime,
    ) -> Encounter:
        """Add an encounter with the fingers present and the missing ones of the enrolment.

        Raises EncounterExists if its id was ever used, RequestIdReused.
        """
        try:
            change = await self._changes.append(ChangeKind.ADDED, enrolment.encounter_id)
        except IntegrityError:
            raise EncounterExists("this encounter id is taken", field="encounter_id") from None
        try:
            await self._transaction.execute(
                insert(encounters).values(encounter_rows.encounter(enrolment, status, now, change))
            )
        except IntegrityError:
            raise _request_id_reused() from None
        finger_rows = encounter_rows.fingers(enrolment, present, self._embedding_version)
        await self._transaction.execute(insert(fingers), finger_rows)
        if image_rows := encounter_rows.images(enrolment.encounter_id, present):
            await self._transaction.execute(insert(images), image_rows)
        return await self.get(enrolment.encounter_id)

    async def get(self, encounter_id: str) -> Encounter:
        """Return an encounter; raise EncounterNotFound."""
        statement = _select().where(encounters.c.encounter_id == encounter_id)
        row = (await self._transaction.execute(statement)).one_or_none()
        if row is None:
            raise _not_found()
        return await self._encounter(row)

    async def set_status(
        self, encounter_id: str, status: EncounterStatus, revision: int
    ) -> Encounter:
        """Set an encounter's status. revision: the one the caller has seen, 0 for any.

        Raises EncounterNotFound, StaleRevision.
        """
        change = await self._changes.append(ChangeKind.STATUS_SET, encounter_id)
        statement = (
            update(encounters)
            .where(encounters.c.encounter_id == encounter_id)
            .values(
                status=status,
                last_change=change.number,
                revision=encounters.c.revision + 1,
            )
            .returning(encounters.c.revision)
        )
        updated = await self._transaction.scalar(statement)
        if updated is None:
            raise _not_found()
        if revision not in (0, updated - 1):
            raise StaleRevision("the encounter was changed since it was read", field="revision")
        return await self.get(encounter_id)

    async def delete(self, encounter_id: str) -> ChangeToken:
        """Delete an encounter with its templates and images; raise EncounterNotFound."""
        change = await self._changes.append(ChangeKind.DELETED, encounter_id)
        statement = delete(encounters).where(encounters.c.encounter_id == encounter_id)
        if (await self._transaction.execute(statement)).rowcount == 0:
            raise _not_found()
        return change

    async def person(self, person_id: str) -> StoredPerson | None:
        """Return a person's searched encounters, newest first; None if there are none."""
        statement = (
            select(encounters.c.encounter_id, encounters.c.status)
            .where(encounters.c.person_id == person_id, encounters.c.status.in_(SEARCHED_STATUSES))
            .order_by(encounters.c.added_by_change.desc())
        )
        rows = (await self._transaction.execute(statement)).all()
        if not rows:
            return None
        is_fraud = any(row.status == EncounterStatus.FRAUD for row in rows)
        return StoredPerson(person_id, tuple(row.encounter_id for row in rows), is_fraud)

    async def templates(self, encounter_ids: Sequence[str]) -> list[StoredTemplate]:
        """Return the templates of these encounters, in the order of the ids, then by position."""
        statement = (
            select(fingers.c.encounter_id, fingers.c.position, fingers.c.template)
            .where(fingers.c.encounter_id.in_(encounter_ids), fingers.c.template.is_not(None))
            .order_by(fingers.c.position)
        )
        rows = (await self._transaction.execute(statement)).all()
        stored = [StoredTemplate(row.encounter_id, row.position, row.template) for row in rows]
        return sorted(stored, key=lambda each: encounter_ids.index(each.encounter_id))

    async def image(self, encounter_id: str, position: int) -> FingerImage | None:
        """Return the image a finger came as; None if it came as a template or is not stored."""
        statement = select(images.c.data, images.c.ppi).where(
            images.c.encounter_id == encounter_id, images.c.position == position
        )
        row = (await self._transaction.execute(statement)).one_or_none()
        return FingerImage(row.data, row.ppi) if row else None

    async def pending(self) -> tuple[int, datetime | None]:
        """Return how many encounters are PENDING, and when the oldest of them was added."""
        statement = select(
            func.count(), func.min(encounters.c.created_at, type_=encounters.c.created_at.type)
        ).where(encounters.c.status == EncounterStatus.PENDING)
        count, oldest = (await self._transaction.execute(statement)).one()
        return count, oldest

    async def _encounter(self, row: Row[Any]) -> Encounter:
        statement = (
            select(
                fingers.c.position,
                fingers.c.minutiae,
                fingers.c.quality,
                fingers.c.missing_reason,
            )
            .where(fingers.c.encounter_id == row.encounter_id)
            .order_by(fingers.c.position)
        )
        stored = (await self._transaction.execute(statement)).all()
        return Encounter(
            encounter_id=row.encounter_id,
            person_id=row.person_id,
            status=EncounterStatus(row.status),
            fingers=tuple(StoredFinger(*finger) for finger in stored),
            revision=row.revision,
            created_at=row.created_at,
            added_by_change=row.added_by_change,
            change_token=ChangeToken(row.database_epoch, row.last_change),
        )


def _select() -> Select[Any]:
    """Select encounters with the epoch of the database."""
    epoch = select(head.c.database_epoch).scalar_subquery()
    return select(encounters, epoch.label("database_epoch"))


def _request_id_reused() -> RequestIdReused:
    return RequestIdReused("this request id was used with another content", field="request_id")


def _not_found() -> EncounterNotFound:
    return EncounterNotFound("there is no such encounter", field="encounter_id")
