"""How do terms of the domain become messages of the contract?"""

from passport.matcher.v1 import admin_pb2, encounters_pb2, identification_pb2
from passport.type.v1 import biometrics_pb2

from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import Candidate, DecisionRecord, FingerScore, FingerSequenceError
from matcher.domain.encounter import Encounter, StoredFinger
from matcher.use_cases.draw_comparison import ComparisonDrawing
from matcher.use_cases.enrol import Enrolled
from matcher.use_cases.get_status import MatcherStatus
from matcher.use_cases.readiness import ServiceLevel

_LEVELS = {
    ServiceLevel.FULL: admin_pb2.SERVICE_LEVEL_FULL,
    ServiceLevel.VERIFY_ONLY: admin_pb2.SERVICE_LEVEL_VERIFY_ONLY,
    ServiceLevel.DOWN: admin_pb2.SERVICE_LEVEL_DOWN,
}


def enrolled(result: Enrolled) -> encounters_pb2.CreateEncounterResponse:
    """Return the answer to CreateEncounter."""
    message = encounters_pb2.CreateEncounterResponse(encounter=encounter(result.encounter))
    if result.decision is not None:
        message.decision.CopyFrom(decision(result.decision))
    return message


def encounter(stored: Encounter) -> encounters_pb2.Encounter:
    """Return an encounter without its biometric data."""
    message = encounters_pb2.Encounter(
        encounter_id=stored.encounter_id,
        person_id=stored.person_id,
        status=encounters_pb2.EncounterStatus.ValueType(stored.status),
        fingers=[_finger(finger) for finger in stored.fingers],
        revision=stored.revision,
        change_token=str(stored.change_token),
    )
    message.created_at.FromDatetime(stored.created_at)
    return message


def deleted(change: ChangeToken) -> encounters_pb2.DeleteEncounterResponse:
    """Return the answer to DeleteEncounter."""
    return encounters_pb2.DeleteEncounterResponse(change_token=str(change))


def decision(recorded: DecisionRecord) -> identification_pb2.Decision:
    """Return a decision as it is recorded."""
    made = recorded.decision
    version = made.calibration_version
    message = identification_pb2.Decision(
        decision_id=made.decision_id,
        outcome=identification_pb2.Outcome.ValueType(made.outcome),
        candidates=[_candidate(candidate, version) for candidate in made.candidates],
        threshold=_score(made.threshold, version),
        people_searched=made.people_searched,
        people_compared=made.people_compared,
        model_version=made.model_version,
        change_token=str(made.change_token),
        record_hash=recorded.record_hash,
        predicted_fnir=made.predicted_fnir,
    )
    message.decided_at.FromDatetime(made.decided_at)
    return message


def drawing(drawn: ComparisonDrawing) -> identification_pb2.DrawDecisionResponse:
    """Return the answer to DrawDecision."""
    return identification_pb2.DrawDecisionResponse(
        png=drawn.png,
        position=biometrics_pb2.FingerPosition.ValueType(drawn.position),
        matched_minutiae=drawn.matched_minutiae,
    )


def status(present: MatcherStatus) -> admin_pb2.MatcherStatus:
    """Return the answer to GetStatus."""
    message = admin_pb2.MatcherStatus(
        level=_LEVELS[present.level],
        reason=present.reason,
        latest_change=present.latest_change.number,
        applied_change=present.index.applied_change,
        people=present.index.people,
        fingers=present.index.fingers,
        pending_encounters=present.pending_encounters,
        index_bytes=present.index.size_bytes,
        model_version=present.versions.model_version,
        snapshot_change=present.index.snapshot_change,
        database_epoch=present.latest_change.database_epoch,
        decisions=present.decisions,
        undecided_decisions=present.undecided_decisions,
    )
    if present.oldest_pending is not None:
        message.oldest_pending.FromTimedelta(present.oldest_pending)
    return message


def _finger(finger: StoredFinger) -> encounters_pb2.StoredFinger:
    return encounters_pb2.StoredFinger(
        position=biometrics_pb2.FingerPosition.ValueType(finger.position),
        minutiae=finger.minutiae,
        quality=finger.quality,
        missing_reason=biometrics_pb2.MissingReason.ValueType(finger.missing_reason or 0),
    )


def _candidate(candidate: Candidate, version: str) -> identification_pb2.Candidate:
    return identification_pb2.Candidate(
        person_id=candidate.person_id or "",
        score=_score(candidate.score, version),
        hit=candidate.hit,
        finger_scores=[_finger_score(each, version) for each in candidate.finger_scores],
        known_fraud=candidate.known_fraud,
        finger_sequence_errors=[
            _finger_sequence_error(each, version) for each in candidate.finger_sequence_errors
        ],
    )


def _finger_sequence_error(
    error: FingerSequenceError, version: str
) -> identification_pb2.FingerSequenceError:
    return identification_pb2.FingerSequenceError(
        stated_position=biometrics_pb2.FingerPosition.ValueType(error.stated_position),
        actual_position=biometrics_pb2.FingerPosition.ValueType(error.actual_position),
        score=_score(error.score, version),
    )


def _finger_score(finger: FingerScore, version: str) -> identification_pb2.FingerScore:
    return identification_pb2.FingerScore(
        position=biometrics_pb2.FingerPosition.ValueType(finger.position),
        score=_score(finger.score, version),
        encounter_id=finger.encounter_id or "",
        matched_minutiae=finger.matched_minutiae,
    )


def _score(value: float, version: str) -> biometrics_pb2.Score:
    return biometrics_pb2.Score(value=value, calibration_version=version)
