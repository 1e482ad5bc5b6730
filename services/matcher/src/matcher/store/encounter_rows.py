"""Which rows do an encounter and its fingers become?"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from matcher.domain.encounter import EncounterStatus
from matcher.domain.enrolment import Enrolment
from matcher.domain.finger import Finger, FingerSample, MissingFinger
from matcher.domain.searched_content import SearchedContent
from matcher.store.encryption import DataKey, embedding_name, image_name, template_name

Row = dict[str, Any]


def encounter(
    enrolment: Enrolment, status: EncounterStatus, now: datetime, added_by_change: int
) -> Row:
    """Return the row of table `encounters`. added_by_change: number of the change that adds it."""
    return {
        "encounter_id": enrolment.encounter_id,
        "person_id": enrolment.person_id,
        "office_id": enrolment.office_id,
        "status": status,
        "revision": 1,
        "created_at": now,
        "added_by_change": added_by_change,
        "last_change": added_by_change,
        "fingers_change": added_by_change,
        "caller": enrolment.origin.caller,
        "request_id": enrolment.origin.request_id,
        "request_digest": enrolment.request_digest,
    }


def content(
    enrolment: Enrolment, present: Sequence[Finger], status: EncounterStatus, added_by_change: int
) -> SearchedContent:
    """Return what searches will use of the encounter."""
    return SearchedContent(
        enrolment.encounter_id,
        enrolment.person_id,
        status,
        added_by_change,
        {finger.position: _sha256(finger.template) for finger in present},
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
            "embedding": None,
            "embedding_version": None,
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
    embedding_version: str,
    key: DataKey,
) -> list[Row]:
    """Return the rows of table `fingers`: those present, and the missing ones of the samples.

    key: of the encounter; templates and embeddings are encrypted with it.
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
            "embedding": key.encrypt(
                finger.embedding.tobytes(), embedding_name(encounter_id, finger.position)
            ),
            "embedding_version": embedding_version,
        }
        for finger in present
    ]
    return rows + _missing_fingers(encounter_id, samples)
