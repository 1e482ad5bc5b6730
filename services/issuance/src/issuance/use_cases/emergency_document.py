"""Asking for an emergency document while nobody can be identified, and taking that back."""

from datetime import datetime

from issuance.domain import case_identification, case_printing
from issuance.domain.actor import ISSUANCE, Actor
from issuance.domain.case import Case
from issuance.domain.emergency_document import (
    allowed_days,
    require_cancellable,
    require_emergency_document,
    with_emergency_document,
    without_emergency_document,
)
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import EventDetails
from issuance.domain.outage_policy import OutagePolicy
from issuance.domain.transitions import find_transition
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition


async def request_emergency_document(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    reason: str,
    policy: OutagePolicy,
    apply_transition: ApplyTransition,
) -> Case:
    """Have an emergency document made of a case in place of a passport; two supervisors approve.

    reason: why the applicant must travel. The identification stays in the outbox, and due.
    Raises IllegalTransition, NotPermitted, AtThePrinter, BookMade, EmergencyDocumentNotAllowed.
    """
    event = ApplicationEvent.REQUEST_EMERGENCY_DOCUMENT
    find_transition(case.state, event, by.role)
    outages = (await records.outages.ongoing()).values()
    days = require_emergency_document(case, allowed_days(outages, case.office, policy))
    requested = with_emergency_document(case, days)
    return await apply_transition(records, requested, event, by, now, EventDetails(reason=reason))


async def cancel_emergency_document(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    reason: str,
    apply_transition: ApplyTransition,
) -> Case:
    """Have a passport made again: the case waits as before.

    For its approval if the applicant was verified before, else to be verified or identified.
    Raises IllegalTransition, NotPermitted, AtThePrinter, NoEmergencyDocument.
    """
    event = ApplicationEvent.CANCEL_EMERGENCY_DOCUMENT
    find_transition(case.state, event, by.role)
    case_printing.require_not_printing(case)
    require_cancellable(case)
    waiting = case_identification.without_identification_due(without_emergency_document(case))
    waiting = await apply_transition(records, waiting, event, by, now, EventDetails(reason=reason))
    if not case.is_verified_only:
        await apply_transition.add_verification(records, waiting)
        return waiting
    verified = case_identification.verified(waiting, case.decision_id)
    details = EventDetails(reason=f"decision {case.decision_id}, of before")
    return await apply_transition(
        records, verified, ApplicationEvent.VERIFY, ISSUANCE, now, details
    )
