"""Encounters, their fingers and images, within one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from servicekit.errors import RequestIdReused, StaleRevision
from sqlalchemy import Row, Select, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.biometrics import (
    Encounter,
    EncounterStatus,
    Finger,
    Image,
    Missing,
    StoredFinger,
)
from matcher.domain.change_token import ChangeToken
from matcher.domain.enrolment import Enrolment
from matcher.domain.errors import EncounterExists, EncounterNotFound
from matcher.domain.shortlist import StoredPerson
from matcher.store.change_log import Changes
from matcher.store.tables import ADDED, DELETED, MOVED, encounters, fingers, head, images


@dataclass(frozen=True, slots=True)
class Encounters:
    """Reads and changes encounters; each change takes the next number of the log."""

    _transaction: AsyncConnection
    _changes: Changes
    _embedding_version: str

    async def begun_by(self, enrolment: Enrolment) -> Encounter | None:
        """The encounter that an earlier attempt of this very request added, if it did.

        Raises RequestIdReused if the request had another content then.
        """
        origin = enrolment.origin
        statement = _encounters().where(
            encounters.c.caller == origin.caller, encounters.c.request_id == origin.request_id
        )
        row = (await self._transaction.execute(statement)).one_or_none()
        if row is None:
            return None
        if row.request_digest != enrolment.digest:
            raise _reused()
        return await self._encounter(row)

    async def add(
        self, enrolment: Enrolment, found: Sequence[Finger], status: EncounterStatus, now: datetime
    ) -> Encounter:
        """Add an encounter; raises EncounterExists if the id was ever used, RequestIdReused."""
        try:
            change = await self._changes.append(ADDED, enrolment.encounter_id)
        except IntegrityError:
            raise EncounterExists("this encounter id is taken", field="encounter_id") from None
        try:
            await self._transaction.execute(
                insert(encounters).values(
                    encounter_id=enrolment.encounter_id,
                    person_id=enrolment.person_id,
                    status=status,
                    revision=1,
                    created_at=now,
                    added=change.number,
                    changed=change.number,
                    caller=enrolment.origin.caller,
                    request_id=enrolment.origin.request_id,
                    request_digest=enrolment.digest,
                )
            )
        except IntegrityError:
            raise _reused() from None
        rows = [self._finger_row(enrolment.encounter_id, finger) for finger in found]
        rows += [
            _missing_row(enrolment.encounter_id, sample.position, sample.content.reason)
            for sample in enrolment.samples
            if isinstance(sample.content, Missing)
        ]
        await self._transaction.execute(insert(fingers), rows)
        pictures = [
            {
                "encounter_id": enrolment.encounter_id,
                "position": finger.position,
                "ppi": finger.image.ppi,
                "data": finger.image.data,
            }
            for finger in found
            if finger.image is not None
        ]
        if pictures:
            await self._transaction.execute(insert(images), pictures)
        return Encounter(
            encounter_id=enrolment.encounter_id,
            person_id=enrolment.person_id,
            status=status,
            fingers=tuple(_told(row) for row in sorted(rows, key=lambda row: row["position"])),
            revision=1,
            created_at=now,
            added=change.number,
            changed=change,
        )

    async def get(self, encounter_id: str) -> Encounter:
        """One encounter; raises EncounterNotFound."""
        statement = _encounters().where(encounters.c.encounter_id == encounter_id)
        row = (await self._transaction.execute(statement)).one_or_none()
        if row is None:
            raise _not_found()
        return await self._encounter(row)

    async def set_status(
        self, encounter_id: str, status: EncounterStatus, revision: int
    ) -> Encounter:
        """Move to another status. revision: seen by the caller, 0 for whatever it is.

        Raises EncounterNotFound, StaleRevision.
        """
        change = await self._changes.append(MOVED, encounter_id)
        statement = (
            update(encounters)
            .where(encounters.c.encounter_id == encounter_id)
            .values(status=status, changed=change.number, revision=encounters.c.revision + 1)
            .returning(encounters.c.revision)
        )
        updated = await self._transaction.scalar(statement)
        if updated is None:
            raise _not_found()
        if revision not in (0, updated - 1):
            raise StaleRevision("the encounter was changed since it was read", field="revision")
        return await self.get(encounter_id)

    async def delete(self, encounter_id: str) -> ChangeToken:
        """Remove an encounter and all that was taken of its fingers; raises EncounterNotFound."""
        change = await self._changes.append(DELETED, encounter_id)
        statement = delete(encounters).where(encounters.c.encounter_id == encounter_id)
        if (await self._transaction.execute(statement)).rowcount == 0:
            raise _not_found()
        return change

    async def person(self, person_id: str) -> StoredPerson | None:
        """A person's searchable encounters, newest first; None if there are none."""
        statement = (
            select(encounters.c.encounter_id, encounters.c.status)
            .where(
                encounters.c.person_id == person_id, encounters.c.status != EncounterStatus.INACTIVE
            )
            .order_by(encounters.c.added.desc())
        )
        rows = (await self._transaction.execute(statement)).all()
        if not rows:
            return None
        is_fraud = any(row.status == EncounterStatus.FRAUD for row in rows)
        return StoredPerson(person_id, tuple(row.encounter_id for row in rows), is_fraud)

    async def templates(self, encounter_ids: Sequence[str]) -> Mapping[str, Mapping[int, bytes]]:
        """The records of these encounters' fingers, by encounter id and position."""
        statement = (
            select(fingers.c.encounter_id, fingers.c.position, fingers.c.template)
            .where(fingers.c.encounter_id.in_(encounter_ids), fingers.c.template.is_not(None))
            .order_by(fingers.c.encounter_id, fingers.c.position)
        )
        found: dict[str, dict[int, bytes]] = {}
        for row in await self._transaction.execute(statement):
            found.setdefault(row.encounter_id, {})[row.position] = row.template
        return found

    async def image(self, encounter_id: str, position: int) -> Image | None:
        """The picture a finger was read from, if it came as one and is kept."""
        statement = select(images.c.data, images.c.ppi).where(
            images.c.encounter_id == encounter_id, images.c.position == position
        )
        row = (await self._transaction.execute(statement)).one_or_none()
        return Image(row.data, row.ppi) if row else None

    async def pending(self) -> tuple[int, datetime | None]:
        """How many encounters wait to be decided about, and since when the oldest does."""
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
        stored = (await self._transaction.execute(statement)).mappings().all()
        return Encounter(
            encounter_id=row.encounter_id,
            person_id=row.person_id,
            status=EncounterStatus(row.status),
            fingers=tuple(_told(finger) for finger in stored),
            revision=row.revision,
            created_at=row.created_at,
            added=row.added,
            changed=ChangeToken(row.database_epoch, row.changed),
        )

    def _finger_row(self, encounter_id: str, finger: Finger) -> dict[str, Any]:
        return {
            "encounter_id": encounter_id,
            "position": finger.position,
            "missing_reason": None,
            "minutiae": len(finger.minutiae),
            "quality": finger.quality,
            "template": finger.template,
            "embedding": finger.embedding.tobytes(),
            "embedding_version": self._embedding_version,
        }


def _missing_row(encounter_id: str, position: int, reason: int) -> dict[str, Any]:
    return {
        "encounter_id": encounter_id,
        "position": position,
        "missing_reason": reason,
        "minutiae": 0,
        "quality": None,
        "template": None,
        "embedding": None,
        "embedding_version": None,
    }


def _told(row: Mapping[Any, Any]) -> StoredFinger:
    return StoredFinger(row["position"], row["minutiae"], row["quality"], row["missing_reason"])


def _encounters() -> Select[Any]:
    return select(encounters, head.c.database_epoch).join(head, head.c.only == 1)


def _reused() -> RequestIdReused:
    return RequestIdReused("this request id was used with another content", field="request_id")


def _not_found() -> EncounterNotFound:
    return EncounterNotFound("there is no such encounter", field="encounter_id")
