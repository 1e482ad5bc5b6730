"""Whom the matcher is asked about: payload of the outbox tasks IDENTIFY and VERIFY."""

import json
from dataclasses import asdict, dataclass

from issuance.domain.case import Case


@dataclass(frozen=True, slots=True)
class IdentificationRequest:
    """An encounter, and the person whom its applicant claimed to be when the task was recorded.

    A repeated attempt names the same person, though the case may have become another's since.
    """

    encounter_id: str
    person_id: str


def identification_request(case: Case) -> IdentificationRequest:
    """Return what the matcher is asked about a case."""
    return IdentificationRequest(case.encounter_id, case.person_id)


def encode_identification(request: IdentificationRequest) -> bytes:
    """Return a request as the payload of a task."""
    return json.dumps(asdict(request), ensure_ascii=False).encode()


def decode_identification(payload: bytes, case: Case) -> IdentificationRequest:
    """Return the request of a payload; earlier versions wrote the encounter alone, or nothing."""
    if payload.startswith(b"{"):
        return IdentificationRequest(**json.loads(payload))
    return IdentificationRequest(payload.decode() or case.id, case.person_id)
