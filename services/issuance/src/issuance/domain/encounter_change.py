"""What the matcher is asked to do with the encounters of a case: payload of an outbox task."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum


class EncounterStatus(StrEnum):
    """Status of an encounter at the matcher, or that it is deleted there."""

    PENDING = "pending"
    """It is enrolled and not decided upon; nobody asks for it."""
    ACTIVE = "active"
    INACTIVE = "inactive"
    FRAUD = "fraud"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class EncounterChange:
    """The status that an encounter gets.

    person_id: to whom it is moved before, or "". reason, on_behalf_of: why, and the supervisor for
    whom; the matcher demands both to take back fraud.
    """

    encounter_id: str
    status: EncounterStatus
    person_id: str = ""
    reason: str = ""
    on_behalf_of: str = ""


def encode_changes(changes: Sequence[EncounterChange]) -> bytes:
    """Return changes as the payload of a task."""
    return json.dumps([asdict(change) for change in changes], ensure_ascii=False).encode()


def decode_changes(payload: bytes, case: str) -> list[EncounterChange]:
    """Return the changes of a payload; earlier versions wrote the status alone."""
    if payload in (b"active", b"fraud"):
        return [EncounterChange(case, EncounterStatus(payload.decode()))]
    return [
        EncounterChange(**{**change, "status": EncounterStatus(change["status"])})
        for change in json.loads(payload)
    ]


def superseded_by(
    change: EncounterChange, earlier: Sequence[EncounterChange]
) -> list[EncounterChange]:
    """Return the changes that are left to do: those of other encounters, and the new one."""
    others = [each for each in earlier if each.encounter_id != change.encounter_id]
    return [*others, change]
