"""Steps that people take with an application and that change more than its state: fingerprints,
approval, refusal, withdrawal, hand-over."""

from datetime import datetime

from issuance.domain.case import Actor, Case
from issuance.domain.formatting import LocalizedText
from issuance.domain.history import EventDetails
from issuance.domain.states import ApplicationEvent
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition

DOCUMENT_SERIES = "X"
"""First character of the document numbers that we issue; seven digits follow."""


async def submit_biometrics(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    fingers: bytes,
    apply_transition: ApplyTransition,
) -> Case:
    """Store fingerprints (a serialized SampleSet) until the matcher has them."""
    case = await apply_transition(records, case, ApplicationEvent.SUBMIT_BIOMETRICS, by, now)
    await records.cases.store_fingers(case.id, fingers)
    return case


async def approve(
    records: Records, case: Case, by: Actor, now: datetime, apply_transition: ApplyTransition
) -> Case:
    """Approve a case, which gets its document number unless it was approved before."""
    number = case.document_number
    if not number:
        number = f"{DOCUMENT_SERIES}{await records.cases.next_number('document_number'):07d}"
    details = EventDetails(document_number=number)
    return await apply_transition(
        records, case.approved(number), ApplicationEvent.APPROVE, by, now, details
    )


async def refuse(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    reason: str,
    apply_transition: ApplyTransition,
) -> Case:
    """Refuse a case. reason: for the applicant, in whatever language it was given."""
    refused = case.refused(LocalizedText(reason, reason))
    details = EventDetails(reason=reason)
    return await apply_transition(records, refused, ApplicationEvent.REFUSE, by, now, details)


async def withdraw(
    records: Records, case: Case, by: Actor, now: datetime, apply_transition: ApplyTransition
) -> Case:
    """Withdraw a case and delete its fingerprints."""
    case = await apply_transition(records, case, ApplicationEvent.WITHDRAW, by, now)
    await records.cases.delete_fingers(case.id)
    return case


async def hand_over(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    signed_by: str,
    apply_transition: ApplyTransition,
) -> Case:
    """Hand the passport over to the person who signs for it."""
    handed_over = case.handed_over(now)
    details = EventDetails(signed_by=signed_by)
    return await apply_transition(
        records, handed_over, ApplicationEvent.HAND_OVER, by, now, details
    )
