"""Approval: the case gets its document number and waits for its printing day."""

from datetime import datetime

from issuance.domain.case import Actor, Case
from issuance.domain.history import EventDetails
from issuance.domain.states import ApplicationEvent
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition

DOCUMENT_SERIES = "X"
"""First character of the document numbers that we issue; seven digits follow."""


async def approve(
    records: Records, case: Case, by: Actor, now: datetime, apply_transition: ApplyTransition
) -> Case:
    """Return the approved case. A case that was approved before keeps its document number."""
    number = case.document_number
    if not number:
        number = f"{DOCUMENT_SERIES}{await records.cases.next_number('document_number'):07d}"
    details = EventDetails(document_number=number)
    return await apply_transition(
        records, case.approved(number), ApplicationEvent.APPROVE, by, now, details
    )
