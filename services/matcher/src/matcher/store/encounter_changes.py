"""How are stored encounters changed? Each change takes the next number of the change log."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.finger import Finger, FingerSample
from matcher.domain.status_change import StatusChange
from matcher.store.change_log import ChangeLog
from matcher.store.encounter_records import EncounterRecords
from matcher.store.gallery_records import GalleryRecords
from matcher.store.tables import ChangeKind, encounters, fingers, images, status_changes


@dataclass(frozen=True, slots=True, eq=False)
class EncounterContents:
    """What replaces the contents of an encounter; None leaves them as they are.

    samples: of all fingers, with the missing ones; fingers: those present, extracted from them.
    """

    samples: tuple[FingerSample, ...] = ()
    fingers: tuple[Finger, ...] | None = None
    galleries: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class EncounterChanges:
    """Changes of encounters, within one transaction.

    Who may change what is decided before: see `EncounterRecords.get_for_change`.
    """

    _transaction: AsyncConnection
    _changes: ChangeLog
    _encounters: EncounterRecords
    _galleries: GalleryRecords

    async def set_status(self, encounter_id: str, status: EncounterStatus) -> ChangeToken:
        """Set the status of an encounter."""
        return await self._update(ChangeKind.STATUS_SET, encounter_id, status=status)

    async def record_status_change(self, made: StatusChange, change: ChangeToken) -> None:
        """Keep for the audit who changed a status, for whom and why."""
        await self._transaction.execute(
            insert(status_changes).values(
                change=change.number,
                encounter_id=made.encounter_id,
                from_status=made.from_status,
                to_status=made.to_status,
                reason=made.reason,
                caller=made.by.caller,
                on_behalf_of=made.by.on_behalf_of_uri,
                changed_at=made.at,
            )
        )

    async def move(self, encounter_id: str, person_id: str) -> ChangeToken:
        """Move an encounter to another person."""
        return await self._update(ChangeKind.MOVED, encounter_id, person_id=person_id)

    async def replace(self, encounter_id: str, contents: EncounterContents) -> ChangeToken:
        """Replace what is given of an encounter, in one change."""
        async with self._changes.change(ChangeKind.UPDATED, encounter_id) as number:
            await self._set_columns(encounter_id, number)
            if contents.fingers is not None:
                await self._replace_fingers(
                    encounter_id, contents.samples, contents.fingers, number
                )
            if contents.galleries is not None:
                await self._galleries.replace(encounter_id, contents.galleries)
        return await self._changes.head()

    async def delete(self, encounter_id: str) -> ChangeToken:
        """Delete an encounter with its templates and images."""
        async with self._changes.change(ChangeKind.DELETED, encounter_id):
            await self._transaction.execute(
                delete(encounters).where(encounters.c.encounter_id == encounter_id)
            )
        return await self._changes.head()

    async def _replace_fingers(
        self,
        encounter_id: str,
        samples: Sequence[FingerSample],
        present: Sequence[Finger],
        number: int,
    ) -> None:
        for table in (fingers, images):
            await self._transaction.execute(
                delete(table).where(table.c.encounter_id == encounter_id)
            )
        await self._encounters.add_fingers(encounter_id, samples, present)
        await self._transaction.execute(
            update(encounters)
            .where(encounters.c.encounter_id == encounter_id)
            .values(fingers_change=number)
        )

    async def _update(self, kind: ChangeKind, encounter_id: str, **values: Any) -> ChangeToken:
        """Set columns of an encounter as its next revision."""
        async with self._changes.change(kind, encounter_id) as number:
            await self._set_columns(encounter_id, number, **values)
        return await self._changes.head()

    async def _set_columns(self, encounter_id: str, number: int, **values: Any) -> None:
        await self._transaction.execute(
            update(encounters)
            .where(encounters.c.encounter_id == encounter_id)
            .values(last_change=number, revision=encounters.c.revision + 1, **values)
        )
