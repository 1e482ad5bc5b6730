"""Reports of payments as values of the domain."""

from datetime import datetime

from passport.issuance.v1 import accounts_pb2 as pb

from issuance.domain.payment import ReportedPayment
from issuance.service.decode import decode_instant


def decode_payments(request: pb.ReconcilePaymentsRequest) -> list[ReportedPayment]:
    """Return the payments of a report. Raises BadDate."""
    return [
        ReportedPayment(
            payment.receipt,
            payment.amount_rupiah,
            decode_instant(payment.paid_at, f"payments[{place}].paid_at"),
        )
        for place, payment in enumerate(request.payments)
    ]


def decode_reported_until(request: pb.ReconcilePaymentsRequest) -> datetime | None:
    """Return until when a report is complete; None if more follow. Raises BadDate."""
    if not request.HasField("reported_until"):
        return None
    return decode_instant(request.reported_until, "reported_until")
