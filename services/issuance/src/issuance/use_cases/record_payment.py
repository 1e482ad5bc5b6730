"""The fee is paid: its receipt is recorded, once in the country."""

from datetime import datetime

from issuance.domain.case import Actor, Case
from issuance.domain.history import EventDetails
from issuance.domain.payment import ReceiptUsed
from issuance.domain.states import ApplicationEvent
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition


async def record_payment(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    receipt: str,
    apply_transition: ApplyTransition,
) -> Case:
    """Return the paid case. Raises IllegalTransition, NotPermitted, ReceiptUsed."""
    details = EventDetails(payment_receipt=receipt)
    paid = await apply_transition(records, case, ApplicationEvent.RECORD_PAYMENT, by, now, details)
    if other := await records.payments.paid_case(receipt):
        raise ReceiptUsed((await records.cases.get(other)).named_to(by))
    await records.payments.add(receipt, case.id)
    return paid
