"""Fingerprints are taken again: what the matcher has of the case is deleted there."""

from datetime import datetime

from issuance.domain import case_printing, case_queue
from issuance.domain.actor import Actor
from issuance.domain.case import Case
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import EventDetails
from issuance.domain.transitions import find_transition
from issuance.store.records import Records
from issuance.use_cases.adjudicate import withdraw_tasks
from issuance.use_cases.apply_transition import ApplyTransition


async def retake_biometrics(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    reason: str,
    apply_transition: ApplyTransition,
) -> Case:
    """Return the case, which waits for new fingerprints.

    Raises IllegalTransition, NotPermitted, AtThePrinter.
    """
    find_transition(case.state, ApplicationEvent.RETAKE_BIOMETRICS, by.role)
    case_printing.require_not_printing(case)
    details = EventDetails(reason=reason)
    changed = await apply_transition(
        records,
        case_queue.no_longer_complete(case),
        ApplicationEvent.RETAKE_BIOMETRICS,
        by,
        now,
        details,
    )
    await records.fingers.delete(case.id)
    await withdraw_tasks(records, case.id, now)
    return changed
