"""The interview completes an application: it enters the queue and a collection date is promised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from issuance.domain import case_intake, case_queue
from issuance.domain.actor import Actor
from issuance.domain.case import Case
from issuance.domain.events import ApplicationEvent
from issuance.domain.fingers import IdentityEvidenceRequired
from issuance.domain.guardian import GuardianRelation, require_guardian_present
from issuance.domain.history import EventDetails
from issuance.domain.office import Office
from issuance.domain.replacement import LossFinding, require_loss_finding
from issuance.domain.transitions import find_transition
from issuance.domain.validity import ValidityRule
from issuance.holder_names import holder_born_on
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.promised_collection_date import promise_collection_date


@dataclass(frozen=True, slots=True)
class Interview:
    """What the officer recorded.

    guardian_present: of a child. loss_finding: about a loss. identity_evidence: how somebody
    without fingerprints was identified.
    """

    notes: str = ""
    guardian_present: GuardianRelation | None = None
    loss_finding: LossFinding | None = None
    identity_evidence: str = ""


async def record_interview(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    interview: Interview,
    offices: Mapping[str, Office],
    validity: ValidityRule,
    apply_transition: ApplyTransition,
) -> Case:
    """Return the complete case; its identification is in the outbox, or a supervisor decides.

    Raises IllegalTransition, NotPermitted, PortraitMissing, GuardianRequired, GuardianAbsent,
    LossFindingRequired, ForceMajeureNotAccepted, IdentityEvidenceRequired.
    """
    office = offices[case.office]
    event = _event(case)
    find_transition(case.state, event, by.role)
    case_intake.require_portrait(case)
    today = office.calendar.day_of(now)
    is_child = validity.is_child(holder_born_on(case.holder), today, married=case.married)
    require_guardian_present(case.guardians, interview.guardian_present, is_child=is_child)
    finding = interview.loss_finding
    require_loss_finding(case.type, finding, force_majeure=bool(case.force_majeure))
    evidence = _evidence(case, interview.identity_evidence)
    completion = await promise_collection_date(records, office, case, now)
    case = case_intake.interviewed(case_queue.completed(case, completion), finding)
    details = EventDetails(
        interview_notes=interview.notes,
        guardian_present=interview.guardian_present,
        loss_finding=finding,
        reason=evidence,
    )
    return await apply_transition(records, case, event, by, now, details)


def _event(case: Case) -> ApplicationEvent:
    if case.without_fingerprints:
        return ApplicationEvent.INTERVIEW_WITHOUT_FINGERPRINTS
    return ApplicationEvent.RECORD_INTERVIEW


def _evidence(case: Case, given: str) -> str:
    """Return how somebody without fingerprints was identified; "" for everybody else."""
    if not case.without_fingerprints:
        return ""
    if not given.strip():
        raise IdentityEvidenceRequired(
            "say how the applicant was identified", field="identity_evidence"
        )
    return given
