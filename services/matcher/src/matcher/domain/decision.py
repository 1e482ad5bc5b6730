"""Decisions and the evidence they rest on."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from matcher.domain.change_token import ChangeToken


class Outcome(IntEnum):
    """What was decided; the numbers are those of the contract."""

    NO_HIT = 1
    HIT = 2
    UNDECIDED = 3


class DecisionKind(StrEnum):
    """What was asked."""

    DUPLICATE_CHECK = "DUPLICATE_CHECK"
    IDENTIFY = "IDENTIFY"
    VERIFY = "VERIFY"


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """Who asked what. rate: asked FPIR of a search, FMR of a verification."""

    kind: DecisionKind
    caller: str
    request_id: str
    rate: float
    max_candidates: int


@dataclass(frozen=True, slots=True)
class ProbeFinger:
    """A finger that was searched for.

    encounter_id: where it is stored; None if it came with the call and was not kept.
    template_sha256: hexadecimal, of its record.
    """

    position: int
    encounter_id: str | None
    template_sha256: str


@dataclass(frozen=True, slots=True)
class FingerScore:
    """How one finger spoke. encounter_id: of the stored finger; None if it came with the call."""

    position: int
    score: float
    encounter_id: str | None
    matched_minutiae: int


@dataclass(frozen=True, slots=True)
class FingerSequenceError:
    """A finger of the probe that is another finger of the candidate. position: as it was said."""

    position: int
    found: int
    score: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody the probe may be. score: -log10 FMR of the person. person_id: None if unknown.

    misplaced: looked for by verifications only.
    """

    person_id: str | None
    score: float
    hit: bool
    evidence: tuple[FingerScore, ...]
    known_fraud: bool
    misplaced: tuple[FingerSequenceError, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision with all that is needed to understand it, and to make it again.

    candidates: best first. people_searched: 1 for a verification. change: the state searched.
    predicted_fnir: how likely such a probe misses its mate; None in records from before it was.
    """

    decision_id: str
    request: DecisionRequest
    probe: tuple[ProbeFinger, ...]
    outcome: Outcome
    candidates: tuple[Candidate, ...]
    threshold: float
    people_searched: int
    people_compared: int
    model_version: str
    calibration_version: str
    change: ChangeToken
    decided_at: datetime
    predicted_fnir: float | None = None


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A decision in the chain. record_hash: SHA-256 over the previous hash and this record."""

    decision: Decision
    record_hash: bytes
