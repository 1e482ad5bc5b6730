"""The interview completes an application: it enters the queue and a collection date is promised."""

from collections.abc import Mapping
from datetime import datetime

from issuance.domain.case import Actor, Case
from issuance.domain.history import EventDetails
from issuance.domain.office import Office
from issuance.domain.states import ApplicationEvent, find_transition
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.promised_collection_date import promise_collection_date


async def record_interview(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    notes: str,
    offices: Mapping[str, Office],
    apply_transition: ApplyTransition,
) -> Case:
    """Return the complete case; its identification is in the outbox.

    Raises IllegalTransition, NotPermitted, PortraitMissing.
    """
    find_transition(case.state, ApplicationEvent.RECORD_INTERVIEW, by.role)
    case.require_portrait()
    completion = await promise_collection_date(records, offices[case.office], case, now)
    details = EventDetails(interview_notes=notes)
    return await apply_transition(
        records, case.completed(completion), ApplicationEvent.RECORD_INTERVIEW, by, now, details
    )
