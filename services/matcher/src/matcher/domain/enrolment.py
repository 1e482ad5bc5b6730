"""What does a caller ask for when it asks to store an encounter?"""

from dataclasses import dataclass

from matcher.domain.finger import FingerSample
from matcher.domain.request import RequestOrigin, SearchPolicy


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An encounter to be stored.

    office_id: of the office that captured it. duplicate_check: how to search for duplicates; None
    to store without a search. request_digest: SHA-256 of the whole request. galleries: that it
    shall belong to. confirmed_different: whether a person states that no finger was given twice.
    """

    encounter_id: str
    person_id: str
    office_id: str
    samples: tuple[FingerSample, ...]
    duplicate_check: SearchPolicy | None
    origin: RequestOrigin
    request_digest: bytes
    galleries: tuple[str, ...] = ()
    confirmed_different: bool = False
