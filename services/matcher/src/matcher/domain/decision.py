"""What does a decision record hold?"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from matcher.domain.change_token import ChangeToken
from matcher.domain.shortlist import SearchDepth, SearchScope


class DecisionOutcome(IntEnum):
    """What was decided; the numbers are those of the contract."""

    NO_HIT = 1
    HIT = 2
    UNDECIDED = 3


class UndecidedReason(IntEnum):
    """Why an outcome is UNDECIDED; the numbers are those of the contract."""

    PREDICTED_FNIR = 1
    NOTHING_COMPARED = 2
    FINGER_SEQUENCE_ERROR = 3
    INCOMPLETE_RECORDS = 4
    UNPROVEN_REFERENCE = 5


class Caveat(IntEnum):
    """What must be known of the encounters compared; the numbers are those of the contract."""

    PROBE_PENDING = 1
    PROBE_FRAUD = 2
    REFERENCE_PENDING = 3
    REFERENCE_FRAUD = 4
    SAME_ENCOUNTER = 5
    INACTIVE = 6


class DecisionKind(StrEnum):
    """Which kind of call was decided: two kinds of identification (1:N), or verification (1:1)."""

    DUPLICATE_CHECK = "DUPLICATE_CHECK"
    IDENTIFY = "IDENTIFY"
    VERIFY = "VERIFY"


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """Who asked for a decision, and by which error rate.

    caller, on_behalf_of: URIs of certificates; on_behalf_of: of the person for whom the caller
    acted, None if it named none. office_id: of the office for which it was decided; empty in
    records older than this field. target_rate: FPIR of an identification, FMR of a verification;
    None if a threshold was asked for instead. any_position: whether all positions were to be
    compared with all, even if the stated ones gave a hit.
    """

    kind: DecisionKind
    caller: str
    request_id: str
    target_rate: float | None
    max_candidates: int
    on_behalf_of: str | None = None
    office_id: str = ""
    threshold: float | None = None
    any_position: bool = False


@dataclass(frozen=True, slots=True)
class ProbeFinger:
    """An impression of a finger of the probe or reference, as the decision record names it.

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
    matched_minutiae: how many pairs of minutiae correspond. reference_position: of the candidate's
    finger; None means that of the probe's.
    """

    position: int
    score: float
    encounter_id: str | None
    matched_minutiae: int
    reference_position: int | None = None


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
    hit: whether the score reaches the threshold.
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
    likely such a probe misses its mated reference, and max_predicted_fnir: above which NO_HIT was
    not allowed; None in records older than these fields. incomplete_people: how many have a stored
    finger that was left out, since its template cannot be read. hits_total: how many of the persons
    compared reach the threshold, also those that are no candidates; None in older records.
    positions_compared: of the probe, that somebody searched has on record. any_position: whether
    all positions were compared with all. scope, depth: of the search; None for a verification.
    reference: the impressions that a verification compared the probe with; empty for a search, and
    in older records. quantizer_version: of the lists of local descriptors that a search probed;
    empty for a verification, and in older records.
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
    incomplete_people: int = 0
    max_predicted_fnir: float | None = None
    hits_total: int | None = None
    undecided_reasons: tuple[UndecidedReason, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    positions_compared: tuple[int, ...] = ()
    any_position: bool = False
    scope: SearchScope | None = None
    depth: SearchDepth | None = None
    reference: tuple[ProbeFinger, ...] = ()
    quantizer_version: str = ""

    @property
    def comparison_version(self) -> str:
        """Version of the comparison, the last part of `ModelVersions.model_version`."""
        return self.model_version.rpartition(" ")[2]


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """A stored decision. record_hash: SHA-256 over the previous record's hash and this record."""

    decision: Decision
    record_hash: bytes


@dataclass(frozen=True, slots=True)
class DecisionPage:
    """A page of decisions, latest first.

    after: number of the last record of the page before, 0 for the first page. decided_from,
    decided_before: the period; None for no limit. outcome: None for any.
    """

    after: int
    size: int
    decided_from: datetime | None = None
    decided_before: datetime | None = None
    outcome: DecisionOutcome | None = None
