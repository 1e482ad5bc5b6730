"""Which rows does an added encounter become?"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from matcher.domain.change_token import ChangeToken
from matcher.domain.encounter import EncounterStatus
from matcher.domain.enrolment import Enrolment
from matcher.domain.finger import Finger, MissingFinger

Row = dict[str, Any]


def encounter(
    enrolment: Enrolment, status: EncounterStatus, now: datetime, change: ChangeToken
) -> Row:
    """Return the row of table `encounters`. change: the one that adds it."""
    return {
        "encounter_id": enrolment.encounter_id,
        "person_id": enrolment.person_id,
        "status": status,
        "revision": 1,
        "created_at": now,
        "added_by_change": change.number,
        "last_change": change.number,
        "caller": enrolment.origin.caller,
        "request_id": enrolment.origin.request_id,
        "request_digest": enrolment.request_digest,
    }


def _missing_fingers(enrolment: Enrolment) -> list[Row]:
    return [
        {
            "encounter_id": enrolment.encounter_id,
            "position": sample.position,
            "missing_reason": sample.content.reason,
            "minutiae": 0,
            "quality": None,
            "template": None,
            "embedding": None,
            "embedding_version": None,
        }
        for sample in enrolment.samples
        if isinstance(sample.content, MissingFinger)
    ]


def images(encounter_id: str, present: Sequence[Finger]) -> list[Row]:
    """Return the rows of table `images`: of the fingers that keep their image."""
    return [
        {
            "encounter_id": encounter_id,
            "position": finger.position,
            "ppi": finger.image.ppi,
            "data": finger.image.data,
        }
        for finger in present
        if finger.image is not None
    ]


def fingers(enrolment: Enrolment, present: Sequence[Finger], embedding_version: str) -> list[Row]:
    """Return the rows of table `fingers`: those present, and the missing ones of the enrolment."""
    rows = [
        {
            "encounter_id": enrolment.encounter_id,
            "position": finger.position,
            "missing_reason": None,
            "minutiae": len(finger.minutiae),
            "quality": finger.quality,
            "template": finger.template,
            "embedding": finger.embedding.tobytes(),
            "embedding_version": embedding_version,
        }
        for finger in present
    ]
    return rows + _missing_fingers(enrolment)
