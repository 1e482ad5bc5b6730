"""The interview completes an application: it enters the queue and a collection date is promised."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from issuance.domain.case import Actor, Case
from issuance.domain.guardian import GuardianRelation, require_guardian_present
from issuance.domain.history import EventDetails
from issuance.domain.office import Office
from issuance.domain.replacement import LossFinding, require_loss_finding
from issuance.domain.states import ApplicationEvent, find_transition
from issuance.domain.validity import ValidityRule
from issuance.serialization import born_on
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.promised_collection_date import promise_collection_date


@dataclass(frozen=True, slots=True)
class Interview:
    """What the officer recorded. guardian_present: of a child. loss_finding: about a loss."""

    notes: str = ""
    guardian_present: GuardianRelation | None = None
    loss_finding: LossFinding | None = None


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
    """Return the complete case; its identification is in the outbox.

    Raises IllegalTransition, NotPermitted, PortraitMissing, GuardianRequired, GuardianAbsent,
    LossFindingRequired, ForceMajeureNotAccepted.
    """
    office = offices[case.office]
    find_transition(case.state, ApplicationEvent.RECORD_INTERVIEW, by.role)
    case.require_portrait()
    today = office.calendar.day_of(now)
    is_child = validity.is_child(born_on(case.holder), today, married=case.married)
    require_guardian_present(case.guardians, interview.guardian_present, is_child=is_child)
    finding = interview.loss_finding
    require_loss_finding(case.type, finding, force_majeure=bool(case.force_majeure))
    completion = await promise_collection_date(records, office, case, now)
    case = case.completed(completion).interviewed(finding)
    details = EventDetails(
        interview_notes=interview.notes,
        guardian_present=interview.guardian_present,
        loss_finding=finding,
    )
    return await apply_transition(
        records, case, ApplicationEvent.RECORD_INTERVIEW, by, now, details
    )
