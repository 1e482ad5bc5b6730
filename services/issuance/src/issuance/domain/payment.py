"""Payment of the fee: one receipt pays one application, and the payment channel confirms it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind


class ReceiptUsed(DomainError):
    """The receipt was recorded for another application (metadata: application_id, if visible)."""

    kind = ErrorKind.PRECONDITION
    reason = "RECEIPT_USED"

    def __init__(self, application_id: str = "") -> None:
        super().__init__("this receipt was recorded for another application", field="receipt")
        if application_id:
            self.metadata["application_id"] = application_id


class AmountRequired(DomainError):
    """The payment of a fee that was told is recorded with its amount."""

    kind = ErrorKind.INVALID
    reason = "AMOUNT_REQUIRED"


class AmountDiffers(DomainError):
    """The amount is not the fee, or not what the payment channel reported (metadata: expected)."""

    kind = ErrorKind.INVALID
    reason = "AMOUNT_DIFFERS"


class ReceiptTwice(DomainError):
    """A receipt stands twice among the payments of one report."""

    kind = ErrorKind.INVALID
    reason = "RECEIPT_TWICE"


class ReceiptSettled(DomainError):
    """The payment was reported for no application and settled otherwise, as by giving it back."""

    kind = ErrorKind.PRECONDITION
    reason = "RECEIPT_SETTLED"


class PaymentDifference(StrEnum):
    """In what the offices' records and the payment channel's report of a payment differ."""

    UNRECORDED = "unrecorded"
    """The channel has it, no application does."""
    UNREPORTED = "unreported"
    """An application has it, the channel's complete report does not."""
    AMOUNT = "amount"
    """Both have it, with different amounts."""


@dataclass(frozen=True, slots=True)
class Payment:
    """One receipt, as recorded for an application and as reported by the payment channel.

    case, office: empty while it is recorded for none. Amounts in rupiah. recorded_rupiah: None also
    if an earlier version recorded it. reported_rupiah: None while the channel has not reported it.
    """

    receipt: str
    case: str = ""
    office: str = ""
    recorded_rupiah: int | None = None
    reported_rupiah: int | None = None

    def difference(self, *, report_is_complete: bool = False) -> PaymentDifference | None:
        """Return in what both sides differ; amounts are compared where both are known.

        report_is_complete: the channel has reported everything until it was recorded.
        """
        if not self.case:
            return PaymentDifference.UNRECORDED
        if self.reported_rupiah is None:
            return PaymentDifference.UNREPORTED if report_is_complete else None
        if self.recorded_rupiah not in (None, self.reported_rupiah):
            return PaymentDifference.AMOUNT
        return None


@dataclass(frozen=True, slots=True)
class ReportedPayment:
    """A payment as the payment channel reports it. rupiah: the amount."""

    receipt: str
    rupiah: int
    paid_at: datetime


@dataclass(frozen=True, slots=True)
class OpenPayment:
    """A payment that differs, until somebody has settled it."""

    payment: Payment
    difference: PaymentDifference
    since: datetime

    @property
    def problem(self) -> str:
        """What both sides have, in words."""
        recorded, reported = self.payment.recorded_rupiah, self.payment.reported_rupiah
        return (
            f"{self.difference}: recorded {_rupiah(recorded)}, "
            f"reported by the payment channel {_rupiah(reported)}"
        )


def require_amount(given: int | None, fee: int | None, reported: int | None) -> None:
    """Raise AmountRequired or AmountDiffers.

    given: as the officer recorded it. fee: None if none was told. reported: by the payment channel;
    None if it has not reported the receipt yet.
    """
    if given is None and fee is not None:
        raise AmountRequired("enter the amount that was paid, rupiah", field="amount_rupiah")
    for expected in (fee, reported):
        if given is not None and expected not in (None, given):
            raise AmountDiffers(
                f"the amount has to be {expected}", field="amount_rupiah", expected=str(expected)
            )


def _rupiah(amount: int | None) -> str:
    return "nothing" if amount is None else f"Rp{amount}"
