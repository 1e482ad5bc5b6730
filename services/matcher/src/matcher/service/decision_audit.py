"""Whose prints were compared for a decision? Stated in the audit log line of the call."""

from google.longrunning import operations_pb2
from passport.matcher.v1 import encounters_pb2
from passport.matcher.v1 import identification_pb2 as pb
from servicekit.grpc.call_audit import add_audit_facts


def audit_sides(*sides: pb.FingerSource) -> None:
    """State the encounters and persons that a request names; before the call can fail."""
    if encounter_ids := [side.encounter_id for side in sides if side.encounter_id]:
        add_audit_facts(encounter_ids=encounter_ids)
    if person_ids := _persons(sides):
        add_audit_facts(person_ids=person_ids)


def audit_decision(decision: pb.Decision, *sides: pb.FingerSource) -> pb.Decision:
    """State also the decision and its candidates; return the decision."""
    candidates = [each.person_id for each in decision.candidates if each.person_id]
    add_audit_facts(
        decision_id=decision.decision_id,
        person_ids=list(dict.fromkeys([*_persons(sides), *candidates])),
    )
    return decision


def audit_enrolment(request: encounters_pb2.CreateEncounterRequest) -> None:
    """State the encounter and the person that are enrolled; before the call can fail."""
    add_audit_facts(encounter_id=request.encounter_id, person_id=request.person_id)


def audit_enrolled(
    answer: encounters_pb2.CreateEncounterResponse,
) -> encounters_pb2.CreateEncounterResponse:
    """State also the decision of the duplicate check, if there was one; return the answer."""
    if answer.HasField("decision"):
        audit_decision(answer.decision)
    return answer


def audit_result(operation: operations_pb2.Operation) -> None:
    """State whom the result of an operation is about, if it has one."""
    decision, enrolled = pb.Decision(), encounters_pb2.CreateEncounterResponse()
    if operation.response.Unpack(decision):
        audit_decision(decision)
    elif operation.response.Unpack(enrolled):
        encounter = enrolled.encounter
        add_audit_facts(encounter_id=encounter.encounter_id, person_id=encounter.person_id)
        audit_enrolled(enrolled)


def _persons(sides: tuple[pb.FingerSource, ...]) -> list[str]:
    return [side.person_id for side in sides if side.person_id]
