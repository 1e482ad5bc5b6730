"""From words of the domain to messages of the contract."""

from passport.matcher.v1 import admin_pb2, encounters_pb2, identification_pb2
from passport.type.v1 import biometrics_pb2

from matcher.domain.biometrics import Encounter, StoredFinger
from matcher.domain.change_token import ChangeToken
from matcher.domain.decision import Candidate, DecisionRecord, FingerScore, FingerSequenceError
from matcher.use_cases.draw_comparison import Picture
from matcher.use_cases.enrol import Enrolled
from matcher.use_cases.get_status import MatcherStatus
from matcher.use_cases.readiness import ServiceLevel

_LEVELS = {
    ServiceLevel.FULL: admin_pb2.SERVICE_LEVEL_FULL,
    ServiceLevel.VERIFY_ONLY: admin_pb2.SERVICE_LEVEL_VERIFY_ONLY,
    ServiceLevel.DOWN: admin_pb2.SERVICE_LEVEL_DOWN,
}


def enrolled(result: Enrolled) -> encounters_pb2.CreateEncounterResponse:
    """The answer to CreateEncounter."""
    message = encounters_pb2.CreateEncounterResponse(encounter=encounter(result.encounter))
    if result.decision is not None:
        message.decision.CopyFrom(decision(result.decision))
    return message


def encounter(stored: Encounter) -> encounters_pb2.Encounter:
    """An encounter without its biometric data."""
    message = encounters_pb2.Encounter(
        encounter_id=stored.encounter_id,
        person_id=stored.person_id,
        status=encounters_pb2.EncounterStatus.ValueType(stored.status),
        fingers=[_finger(finger) for finger in stored.fingers],
        revision=stored.revision,
        change_token=str(stored.changed),
    )
    message.created_at.FromDatetime(stored.created_at)
    return message


def deleted(change: ChangeToken) -> encounters_pb2.DeleteEncounterResponse:
    """The answer to DeleteEncounter."""
    return encounters_pb2.DeleteEncounterResponse(change_token=str(change))


def decision(recorded: DecisionRecord) -> identification_pb2.Decision:
    """A decision as it is recorded."""
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
        change_token=str(made.change),
        record_hash=recorded.record_hash,
        predicted_fnir=made.predicted_fnir,
    )
    message.decided_at.FromDatetime(made.decided_at)
    return message


def picture(drawn: Picture) -> identification_pb2.DrawDecisionResponse:
    """The answer to DrawDecision."""
    return identification_pb2.DrawDecisionResponse(
        png=drawn.png,
        position=biometrics_pb2.FingerPosition.ValueType(drawn.position),
        matched_minutiae=drawn.pairs,
    )


def status(state: MatcherStatus) -> admin_pb2.MatcherStatus:
    """How the matcher is."""
    message = admin_pb2.MatcherStatus(
        level=_LEVELS[state.level],
        reason=state.reason,
        latest_change=state.latest.number,
        applied_change=state.index.applied,
        people=state.index.people,
        fingers=state.index.fingers,
        pending_encounters=state.pending,
        index_bytes=state.index.size_bytes,
        model_version=state.model_version,
        snapshot_change=state.index.snapshot_change,
        database_epoch=state.latest.database_epoch,
        decisions=state.decisions,
        undecided_decisions=state.undecided,
    )
    if state.oldest_pending is not None:
        message.oldest_pending.FromTimedelta(state.oldest_pending)
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
        finger_scores=[_evidence(evidence, version) for evidence in candidate.evidence],
        known_fraud=candidate.known_fraud,
        finger_sequence_errors=[_misplaced(each, version) for each in candidate.misplaced],
    )


def _misplaced(finger: FingerSequenceError, version: str) -> identification_pb2.FingerSequenceError:
    return identification_pb2.FingerSequenceError(
        stated_position=biometrics_pb2.FingerPosition.ValueType(finger.position),
        actual_position=biometrics_pb2.FingerPosition.ValueType(finger.found),
        score=_score(finger.score, version),
    )


def _evidence(evidence: FingerScore, version: str) -> identification_pb2.FingerScore:
    return identification_pb2.FingerScore(
        position=biometrics_pb2.FingerPosition.ValueType(evidence.position),
        score=_score(evidence.score, version),
        encounter_id=evidence.encounter_id or "",
        matched_minutiae=evidence.matched_minutiae,
    )


def _score(value: float, version: str) -> biometrics_pb2.Score:
    return biometrics_pb2.Score(value=value, calibration_version=version)
