"""The payment channel reports what was paid; what differs from our records becomes an open item."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from issuance.domain.actor import Actor
from issuance.domain.payment import PaymentDifference, ReceiptTwice, ReportedPayment
from issuance.domain.working_time import BadDate
from issuance.store.records import Records


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """How many of the payments that were compared agree, and how many differ in what."""

    agreed: int
    unrecorded: int
    unreported: int
    amount: int


async def reconcile_payments(
    records: Records,
    reported: Sequence[ReportedPayment],
    reported_until: datetime | None,
    by: Actor,
    now: datetime,
) -> Reconciliation:
    """Compare a report with the records.

    reported_until: with these and earlier reports all payments until then are reported, so that
    what was recorded until then and is missing differs; None if more follow.
    Raises ReceiptTwice, BadDate.
    """
    _require_each_once(reported)
    if reported_until is not None and reported_until > now:
        raise BadDate("nobody knows yet what is paid until then", field="reported_until")
    await records.payments.report(reported)
    compared = await records.payments.of_receipts([each.receipt for each in reported])
    found = [(payment, payment.difference()) for payment in compared]
    if reported_until is not None:
        before = await records.payments.reported_until()
        missing = await records.payments.recorded_between(before, reported_until)
        found += [(each, each.difference(report_is_complete=True)) for each in missing]
    await records.payments.set_differences(found, now)
    await records.payments.add_report(reported_until, by.person, now, len(reported))
    differences = [difference for _, difference in found]
    return Reconciliation(
        agreed=differences.count(None),
        unrecorded=differences.count(PaymentDifference.UNRECORDED),
        unreported=differences.count(PaymentDifference.UNREPORTED),
        amount=differences.count(PaymentDifference.AMOUNT),
    )


def _require_each_once(reported: Sequence[ReportedPayment]) -> None:
    seen: set[str] = set()
    for place, payment in enumerate(reported):
        if payment.receipt in seen:
            raise ReceiptTwice(
                "this receipt stands twice in the report", field=f"payments[{place}].receipt"
            )
        seen.add(payment.receipt)
