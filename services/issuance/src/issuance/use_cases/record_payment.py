"""The fee is paid: its receipt is recorded, once in the country, and compared with the report."""

from datetime import datetime

from issuance.domain.actor import Actor
from issuance.domain.case import Case
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import EventDetails
from issuance.domain.payment import ReceiptSettled, ReceiptUsed, require_amount
from issuance.domain.transitions import find_transition
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition


async def record_payment(
    records: Records,
    case: Case,
    by: Actor,
    now: datetime,
    receipt: str,
    amount: int | None,
    apply_transition: ApplyTransition,
) -> Case:
    """Return the paid case. amount: rupiah; None if it is not known and no fee was told.

    Raises IllegalTransition, NotPermitted, AmountRequired, AmountDiffers, ReceiptUsed,
    ReceiptSettled.
    """
    find_transition(case.state, ApplicationEvent.RECORD_PAYMENT, by.role)
    if other := await records.payments.paid_case(receipt):
        raise ReceiptUsed((await records.cases.get(other)).named_to(by))
    if await records.payments.is_settled(receipt):
        raise ReceiptSettled("the money of this receipt was settled otherwise", field="receipt")
    require_amount(amount, case.fee_rupiah, await records.payments.reported_rupiah(receipt))
    details = EventDetails(payment_receipt=receipt, amount_rupiah=amount)
    paid = await apply_transition(records, case, ApplicationEvent.RECORD_PAYMENT, by, now, details)
    await records.payments.add(receipt, case.id, amount, now)
    known = await records.payments.of_receipts([receipt])
    await records.payments.set_differences([(each, each.difference()) for each in known], now)
    return paid
