"""How do recorded decisions turn into messages of the contract?"""

from collections.abc import Sequence

from passport.matcher.v1 import identification_pb2
from passport.type.v1 import biometrics_pb2
from servicekit.grpc import page_tokens

from matcher.domain.decision import (
    Candidate,
    Decision,
    DecisionRecord,
    FingerScore,
    FingerSequenceError,
)
from matcher.use_cases.draw_comparison import ComparisonDrawing


def decision(recorded: DecisionRecord) -> identification_pb2.Decision:
    """Return a decision as it is recorded."""
    made = recorded.decision
    version = made.calibration_version
    message = identification_pb2.Decision(
        decision_id=made.decision_id,
        outcome=identification_pb2.Outcome.ValueType(made.outcome),
        candidates=[_candidate(candidate, version) for candidate in made.candidates],
        threshold=score(made.threshold, version),
        people_searched=made.people_searched,
        people_compared=made.people_compared,
        model_version=made.model_version,
        change_token=str(made.change_token),
        record_hash=recorded.record_hash,
        predicted_fnir=made.predicted_fnir,
        hits_total=_hits_total(made),
        undecided_reasons=[
            identification_pb2.UndecidedReason.ValueType(each) for each in made.undecided_reasons
        ],
        caveats=[identification_pb2.Caveat.ValueType(each) for each in made.caveats],
        positions_compared=map(biometrics_pb2.FingerPosition.ValueType, made.positions_compared),
        any_position=made.any_position,
        galleries=made.scope.galleries if made.scope else (),
        caller=made.request.caller,
        on_behalf_of=made.request.on_behalf_of or "",
        office_id=made.request.office_id,
        incomplete_people=made.incomplete_people,
    )
    message.decided_at.FromDatetime(made.decided_at)
    return message


def _hits_total(made: Decision) -> int:
    """Return how many candidates are hits; of an old record, at least those that it holds."""
    if made.hits_total is not None:
        return made.hits_total
    return sum(candidate.hit for candidate in made.candidates)


def decision_page(
    found: Sequence[tuple[int, DecisionRecord]], size: int
) -> identification_pb2.ListDecisionsResponse:
    """Return a page of decisions, given with their numbers. size: of a full page."""
    return identification_pb2.ListDecisionsResponse(
        decisions=[decision(record) for _, record in found],
        next_page_token=page_tokens.encode(found[-1][0]) if len(found) == size else "",
    )


def drawing(drawn: ComparisonDrawing) -> identification_pb2.DrawDecisionResponse:
    """Return the answer to DrawDecision."""
    return identification_pb2.DrawDecisionResponse(
        png=drawn.png,
        position=biometrics_pb2.FingerPosition.ValueType(drawn.position),
        matched_minutiae=drawn.matched_minutiae,
        comparison_version=drawn.comparison_version,
        other_comparison=not drawn.is_of_decision,
    )


def _candidate(candidate: Candidate, version: str) -> identification_pb2.Candidate:
    return identification_pb2.Candidate(
        person_id=candidate.person_id or "",
        score=score(candidate.score, version),
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
        score=score(error.score, version),
    )


def _finger_score(finger: FingerScore, version: str) -> identification_pb2.FingerScore:
    return identification_pb2.FingerScore(
        position=biometrics_pb2.FingerPosition.ValueType(finger.position),
        score=score(finger.score, version),
        encounter_id=finger.encounter_id or "",
        matched_minutiae=finger.matched_minutiae,
        reference_position=biometrics_pb2.FingerPosition.ValueType(
            finger.reference_position or finger.position
        ),
    )


def score(value: float, version: str) -> biometrics_pb2.Score:
    """Return a score of a calibration of this version."""
    return biometrics_pb2.Score(value=value, calibration_version=version)
