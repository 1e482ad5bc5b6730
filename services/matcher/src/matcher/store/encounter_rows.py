"""Which rows do an encounter and its fingers become?"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import Encounter, EncounterStatus, StoredFinger
from matcher.domain.enrolment import Enrolment
from matcher.domain.finger import Embedding, Finger, FingerSample, MissingFinger
from matcher.domain.searched_content import SearchedContent
from matcher.store.encryption import DataKey, embedding_name, image_name, template_name

Row = dict[str, Any]

_FIRST_REVISION = 1


@dataclass(frozen=True, slots=True, eq=False)
class NewEncounter:
    """An encounter to be added. present: the fingers extracted from the enrolment's samples."""

    enrolment: Enrolment
    present: Sequence[Finger]
    status: EncounterStatus
    now: datetime

    @property
    def encounter_id(self) -> str:
        """The id that it was enrolled under."""
        return self.enrolment.encounter_id


def encounter(new: NewEncounter, added_by_change: int) -> Row:
    """Return the row of table `encounters`. added_by_change: number of the change that adds it."""
    enrolment = new.enrolment
    return {
        "encounter_id": enrolment.encounter_id,
        "person_id": enrolment.person_id,
        "office_id": enrolment.office_id,
        "status": new.status,
        "revision": _FIRST_REVISION,
        "created_at": new.now,
        "added_by_change": added_by_change,
        "last_change": added_by_change,
        "fingers_change": added_by_change,
        "caller": enrolment.origin.caller,
        "request_id": enrolment.origin.request_id,
        "request_digest": enrolment.request_digest,
    }


def stored(new: NewEncounter, added: ChangeToken) -> Encounter:
    """Return the encounter as it is read once it is stored. added: the change that added it."""
    enrolment = new.enrolment
    fingers_present = [
        StoredFinger(finger.position, len(finger.minutiae), finger.quality, None, finger.alteration)
        for finger in new.present
    ]
    missing = [
        StoredFinger(sample.position, 0, None, sample.content.reason)
        for sample in enrolment.samples
        if isinstance(sample.content, MissingFinger)
    ]
    return Encounter(
        encounter_id=enrolment.encounter_id,
        person_id=enrolment.person_id,
        office_id=enrolment.office_id,
        status=new.status,
        fingers=tuple(sorted([*fingers_present, *missing], key=lambda each: each.position)),
        galleries=enrolment.galleries,
        revision=_FIRST_REVISION,
        created_at=new.now.astimezone(UTC),
        added_by_change=added.number,
        fingers_change=added.number,
        change_token=added,
    )


def content(new: NewEncounter, added_by_change: int) -> SearchedContent:
    """Return what searches will use of the encounter."""
    enrolment = new.enrolment
    return SearchedContent(
        enrolment.encounter_id,
        enrolment.person_id,
        new.status,
        added_by_change,
        {finger.position: _sha256(finger.template) for finger in new.present},
        enrolment.galleries,
    )


def _sha256(template: bytes) -> bytes:
    return hashlib.sha256(template).digest()


def _missing_fingers(encounter_id: str, samples: Sequence[FingerSample]) -> list[Row]:
    return [
        {
            "encounter_id": encounter_id,
            "position": sample.position,
            "missing_reason": sample.content.reason,
            "minutiae": 0,
            "quality": None,
            "template": None,
            "template_sha256": None,
            "alteration_score": None,
            "alteration_detector": None,
        }
        for sample in samples
        if isinstance(sample.content, MissingFinger)
    ]


def images(encounter_id: str, present: Sequence[Finger], key: DataKey) -> list[Row]:
    """Return the rows of table `images`: of the fingers that keep their image, encrypted."""
    return [
        {
            "encounter_id": encounter_id,
            "position": finger.position,
            "ppi": finger.image.ppi,
            "data": key.encrypt(finger.image.data, image_name(encounter_id, finger.position)),
        }
        for finger in present
        if finger.image is not None
    ]


def fingers(
    encounter_id: str,
    samples: Sequence[FingerSample],
    present: Sequence[Finger],
    key: DataKey,
) -> list[Row]:
    """Return the rows of table `fingers`: those present, and the missing ones of the samples.

    key: of the encounter; templates are encrypted with it.
    """
    rows = [
        {
            "encounter_id": encounter_id,
            "position": finger.position,
            "missing_reason": None,
            "minutiae": len(finger.minutiae),
            "quality": finger.quality,
            "template": key.encrypt(finger.template, template_name(encounter_id, finger.position)),
            "template_sha256": _sha256(finger.template),
            "alteration_score": finger.alteration and finger.alteration.value,
            "alteration_detector": finger.alteration and finger.alteration.detector_version,
        }
        for finger in present
    ]
    return rows + _missing_fingers(encounter_id, samples)


def embeddings(
    encounter_id: str, of_fingers: Mapping[int, Embedding], version: str, key: DataKey
) -> list[Row]:
    """Return rows of table `embeddings`. of_fingers: by position. version: of their model.

    key: of the encounter; they are encrypted with it.
    """
    return [
        {
            "encounter_id": encounter_id,
            "position": position,
            "version": version,
            "embedding": key.encrypt(embedding.tobytes(), embedding_name(encounter_id, position)),
        }
        for position, embedding in of_fingers.items()
    ]
