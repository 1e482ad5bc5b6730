"""What does a decision record hold?"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from matcher.domain.change_token import ChangeToken


class DecisionOutcome(IntEnum):
    """What was decided; the numbers are those of the contract."""

    NO_HIT = 1
    HIT = 2
    UNDECIDED = 3


class DecisionKind(StrEnum):
    """Which kind of call was decided: two kinds of identification (1:N), or verification (1:1)."""

    DUPLICATE_CHECK = "DUPLICATE_CHECK"
    IDENTIFY = "IDENTIFY"
    VERIFY = "VERIFY"


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """Who asked for a decision, and by which error rate.

    caller: URI of its certificate. target_rate: FPIR of an identification, FMR of a verification.
    """

    kind: DecisionKind
    caller: str
    request_id: str
    target_rate: float
    max_candidates: int


@dataclass(frozen=True, slots=True)
class ProbeFinger:
    """A finger of the probe, as the decision record names it.

    encounter_id: where it is stored; None if it came with the call and was not stored.
    template_sha256: hexadecimal, of its template.
    """

    position: int
    encounter_id: str | None
    template_sha256: str


@dataclass(frozen=True, slots=True)
class FingerScore:
    """What one finger of the probe scored against the candidate's best impression of it.

    score: -log10 FMR. encounter_id: of that impression; None if it came with the call.
    matched_minutiae: how many pairs of minutiae correspond.
    """

    position: int
    score: float
    encounter_id: str | None
    matched_minutiae: int


@dataclass(frozen=True, slots=True)
class FingerSequenceError:
    """A finger of the probe that is another finger of the candidate than stated.

    After NIST SP 500-334. score: -log10 FMR of these two fingers.
    """

    stated_position: int
    actual_position: int
    score: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person the probe was compared with.

    person_id: None if the reference came with the call. score: -log10 FMR of all fingers together.
    hit: whether the score reaches the threshold. finger_sequence_errors: looked for by
    verifications only.
    """

    person_id: str | None
    score: float
    hit: bool
    finger_scores: tuple[FingerScore, ...]
    known_fraud: bool
    finger_sequence_errors: tuple[FingerSequenceError, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision with all that is needed to understand it, and to make it again.

    candidates: best first. threshold: least person score of a hit. people_searched: 1 for a
    verification. change_token: the state of the database that was searched. predicted_fnir: how
    likely such a probe misses its mate; None in records older than this field.
    """

    decision_id: str
    request: DecisionRequest
    probe: tuple[ProbeFinger, ...]
    outcome: DecisionOutcome
    candidates: tuple[Candidate, ...]
    threshold: float
    people_searched: int
    people_compared: int
    model_version: str
    calibration_version: str
    change_token: ChangeToken
    decided_at: datetime
    predicted_fnir: float | None = None


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A stored decision. record_hash: SHA-256 over the previous record's hash and this record."""

    decision: Decision
    record_hash: bytes
