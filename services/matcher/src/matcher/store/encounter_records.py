"""How are encounters, their fingers and images stored and read?"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from servicekit.errors import RequestIdReused, StaleRevision
from servicekit.storage.interruptible_connection import execute_later
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import (
    SEARCHED_STATUSES,
    Encounter,
    EncounterFilter,
    EncounterStatus,
    StoredPerson,
    StoredTemplate,
)
from matcher.domain.enrolment import Enrolment
from matcher.domain.errors import EncounterExists, EncounterNotFound
from matcher.domain.finger import Finger, FingerImage, FingerSample
from matcher.domain.office_scope import OfficeScope
from matcher.store import encounter_rows
from matcher.store.change_log import Change, ChangeLog
from matcher.store.encounter_keys import EncounterKeys
from matcher.store.encounter_queries import in_scope, read_encounters, select_encounters
from matcher.store.encounter_rows import NewEncounter
from matcher.store.encryption import DataKey, image_name, template_name
from matcher.store.gallery_records import GalleryRecords
from matcher.store.tables import (
    IS_ADDITION,
    ChangeKind,
    changes,
    embeddings,
    encounter_galleries,
    encounters,
    fingers,
    images,
)

_INSERT = insert(encounters)
_INSERT_FINGERS, _INSERT_EMBEDDINGS = insert(fingers), insert(embeddings)
_INSERT_IMAGES = insert(images)


@dataclass(frozen=True, slots=True)
class EncounterRecords:
    """Encounters within one transaction; an addition takes the next number of the change log."""

    _transaction: AsyncConnection
    _changes: ChangeLog
    _galleries: GalleryRecords
    _keys: EncounterKeys
    _embedding_version: str

    async def added_by_request(self, enrolment: Enrolment) -> Encounter | None:
        """Return the encounter that an earlier attempt of this very request added, if it did.

        Raises RequestIdReused if the request had another content then.
        """
        origin = enrolment.origin
        statement = select_encounters(origin.scope).where(
            encounters.c.caller == origin.caller, encounters.c.request_id == origin.request_id
        )
        digest = statement.with_only_columns(encounters.c.request_digest)
        stored_digest = await self._transaction.scalar(digest)
        if stored_digest is None:
            return None
        if stored_digest != enrolment.request_digest:
            raise _request_id_reused()
        return (await read_encounters(self._transaction, statement))[0]

    async def request_digests(self, encounter_ids: Collection[str]) -> dict[str, bytes | None]:
        """Return those of these ids that were ever used, with the digest of the adding request.

        None for an encounter that is no longer stored.
        """
        statement = (
            select(changes.c.encounter_id, encounters.c.request_digest)
            .outerjoin(encounters, encounters.c.encounter_id == changes.c.encounter_id)
            .where(IS_ADDITION, changes.c.encounter_id.in_(encounter_ids))
        )
        rows = (await self._transaction.execute(statement)).all()
        return {row.encounter_id: row.request_digest for row in rows}

    async def add(
        self,
        enrolment: Enrolment,
        present: Sequence[Finger],
        status: EncounterStatus,
        now: datetime,
    ) -> Encounter:
        """Add an encounter with the fingers present and the missing ones of the enrolment.

        Raises EncounterExists if its id was ever used, RequestIdReused; by the commit at the
        latest.
        """
        return (await self.add_all([NewEncounter(enrolment, present, status, now)]))[0]

    async def add_all(self, added: Sequence[NewEncounter]) -> Sequence[Encounter]:
        """Add encounters in their order.

        Raises EncounterExists if any id was ever used, RequestIdReused, both by the commit at the
        latest; then none can be committed.
        """
        latest = await self._changes.lock()
        first = latest.change_token.number + 1
        numbered = [*zip(added, range(first, first + len(added)), strict=True)]
        made = [
            Change(ChangeKind.ADDED, new.encounter_id, None, encounter_rows.content(new, number))
            for new, number in numbered
        ]
        tokens = await self._changes.append(latest, made, encounter_exists)
        rows = [encounter_rows.encounter(new, number) for new, number in numbered]
        execute_later(self._transaction, _INSERT, rows, _request_id_reused)
        keys = await self._keys.add([new.encounter_id for new in added])
        await self._insert_fingers(
            (new.encounter_id, new.enrolment.samples, new.present, keys[new.encounter_id])
            for new in added
        )
        await self._galleries.add([(new.encounter_id, new.enrolment.galleries) for new in added])
        return [encounter_rows.stored(*each) for each in zip(added, tokens, strict=True)]

    async def add_fingers(
        self, encounter_id: str, samples: Sequence[FingerSample], present: Sequence[Finger]
    ) -> None:
        """Add the fingers present, and the missing ones of the samples, to an encounter.

        They get a new key; that of fingers which the encounter had before is destroyed.
        """
        key = await self._keys.replace(encounter_id)
        await self._insert_fingers([(encounter_id, samples, present, key)])

    async def _insert_fingers(
        self,
        of_encounters: Iterable[tuple[str, Sequence[FingerSample], Sequence[Finger], DataKey]],
    ) -> None:
        finger_rows, embedding_rows = list[encounter_rows.Row](), list[encounter_rows.Row]()
        image_rows = list[encounter_rows.Row]()
        for encounter_id, samples, present, key in of_encounters:
            finger_rows += encounter_rows.fingers(encounter_id, samples, present, key)
            made = {finger.position: finger.embedding for finger in present}
            embedding_rows += encounter_rows.embeddings(
                encounter_id, made, self._embedding_version, key
            )
            image_rows += encounter_rows.images(encounter_id, present, key)
        for statement, rows in (
            (_INSERT_FINGERS, finger_rows),
            (_INSERT_EMBEDDINGS, embedding_rows),
            (_INSERT_IMAGES, image_rows),
        ):
            execute_later(self._transaction, statement, rows)

    async def get(self, encounter_id: str, scope: OfficeScope) -> Encounter:
        """Return an encounter; raise EncounterNotFound, also for one outside of the scope."""
        statement = select_encounters(scope).where(encounters.c.encounter_id == encounter_id)
        found = await read_encounters(self._transaction, statement)
        if not found:
            raise EncounterNotFound("there is no such encounter", field="encounter_id")
        return found[0]

    async def get_for_change(
        self, encounter_id: str, scope: OfficeScope, revision: int = 0
    ) -> Encounter:
        """Return an encounter that nobody else can change until the commit.

        revision: the one the caller has seen, 0 for any. Raises EncounterNotFound, StaleRevision.
        """
        await self._changes.lock()
        encounter = await self.get(encounter_id, scope)
        if revision not in (0, encounter.revision):
            raise StaleRevision("the encounter was changed since it was read", field="revision")
        return encounter

    async def of_person_for_change(
        self, person_id: str, scope: OfficeScope
    ) -> tuple[Encounter, ...]:
        """Return all encounters of a person, which nobody else can change until the commit."""
        await self._changes.lock()
        statement = select_encounters(scope).where(encounters.c.person_id == person_id)
        return await read_encounters(
            self._transaction, statement.order_by(encounters.c.added_by_change)
        )

    async def page(
        self, wanted: EncounterFilter, scope: OfficeScope, after: int, limit: int
    ) -> tuple[Encounter, ...]:
        """Return the next encounters in the order of their addition.

        after: number of the change that added the last encounter before them.
        """
        c = encounters.c
        statement = select_encounters(scope).where(c.added_by_change > after)
        if wanted.gallery is not None:
            members = select(encounter_galleries.c.encounter_id).where(
                encounter_galleries.c.gallery == wanted.gallery
            )
            statement = statement.where(c.encounter_id.in_(members))
        for column, value in (
            (c.person_id, wanted.person_id),
            (c.status, wanted.status),
            (c.office_id, wanted.office_id),
        ):
            if value is not None:
                statement = statement.where(column == value)
        return await read_encounters(
            self._transaction, statement.order_by(c.added_by_change).limit(limit)
        )

    async def person(self, person_id: str, scope: OfficeScope) -> StoredPerson | None:
        """Return a person's searched encounters in scope, newest first; None if there are none."""
        statement = (
            select(encounters.c.encounter_id, encounters.c.status)
            .where(
                encounters.c.person_id == person_id,
                encounters.c.status.in_(SEARCHED_STATUSES),
                in_scope(scope),
            )
            .order_by(encounters.c.added_by_change.desc())
        )
        rows = (await self._transaction.execute(statement)).all()
        if not rows:
            return None
        statuses = {row.encounter_id: EncounterStatus(row.status) for row in rows}
        return StoredPerson(person_id, statuses)

    async def templates(self, encounter_ids: Sequence[str]) -> list[StoredTemplate]:
        """Return the templates of these encounters, in the order of the ids, then by position.

        A template that cannot be decrypted is returned empty.
        """
        statement = (
            select(
                fingers.c.encounter_id,
                fingers.c.position,
                fingers.c.template,
                fingers.c.template_sha256,
            )
            .where(fingers.c.encounter_id.in_(encounter_ids), fingers.c.template.is_not(None))
            .order_by(fingers.c.position)
        )
        rows = (await self._transaction.execute(statement)).all()
        keys = await self._keys.of(encounter_ids)
        stored = [
            StoredTemplate(
                row.encounter_id,
                row.position,
                keys[row.encounter_id].decrypt_or_nothing(
                    row.template, template_name(row.encounter_id, row.position)
                ),
                row.template_sha256,
            )
            for row in rows
        ]
        return sorted(stored, key=lambda each: encounter_ids.index(each.encounter_id))

    async def are_fingers_newer(self, encounter_id: str, state: ChangeToken) -> bool:
        """Return whether the fingers of an encounter were stored after this state."""
        statement = select(encounters.c.fingers_change).where(
            encounters.c.encounter_id == encounter_id
        )
        return (await self._transaction.scalar(statement) or 0) > state.number

    async def image(self, encounter_id: str, position: int) -> FingerImage | None:
        """Return the image a finger came as; None if that was a template, or it is not stored.

        None too if the image is damaged.
        """
        statement = select(images.c.data, images.c.ppi).where(
            images.c.encounter_id == encounter_id, images.c.position == position
        )
        row = (await self._transaction.execute(statement)).one_or_none()
        if row is None:
            return None
        key = (await self._keys.of([encounter_id]))[encounter_id]
        data = key.decrypt_or_nothing(row.data, image_name(encounter_id, position))
        return FingerImage(data, row.ppi) if data else None

    async def alteration_scores_of_images(
        self, encounter_ids: Collection[str]
    ) -> dict[tuple[str, int], float | None]:
        """Return which fingers have an image, by encounter id and position, with their scores.

        None for one of which nobody looked whether its ridges are altered.
        """
        c = images.c
        statement = (
            select(c.encounter_id, c.position, fingers.c.alteration_score)
            .join(
                fingers,
                (fingers.c.encounter_id == c.encounter_id) & (fingers.c.position == c.position),
            )
            .where(c.encounter_id.in_(encounter_ids))
        )
        rows = await self._transaction.execute(statement)
        return {(row.encounter_id, row.position): row.alteration_score for row in rows}

    async def pending(self) -> tuple[int, datetime | None]:
        """Return how many encounters are PENDING, and when the oldest of them was added."""
        statement = select(
            func.count(), func.min(encounters.c.created_at, type_=encounters.c.created_at.type)
        ).where(encounters.c.status == EncounterStatus.PENDING)
        count, oldest = (await self._transaction.execute(statement)).one()
        return count, oldest


def encounter_exists() -> EncounterExists:
    """Return the error for an id that was used before."""
    return EncounterExists("this encounter id is taken", field="encounter_id")


def _request_id_reused() -> RequestIdReused:
    return RequestIdReused("this request id was used with another content", field="request_id")
