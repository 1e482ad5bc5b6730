"""What the bank reports, and what comes of it."""

from issuance.domain.actor import Actor
from issuance.domain.open_item import ResolutionReason
from issuance.domain.payment import OpenPayment, ReportedPayment
from issuance.use_cases.open_items import resolve_open_item
from issuance.use_cases.reconcile_payments import Reconciliation, reconcile_payments

from .local_time import banjarmasin
from .people import identity
from .recorded_workflow import RecordedWorkflow


class Payments(RecordedWorkflow):
    """Compares payments with the bank's report."""

    async def is_reported(self, *payments: ReportedPayment, until: str = "") -> Reconciliation:
        """The bank reports payments; until: the local time until which these are all."""
        async with self.store.begin() as records:
            by = identity("ani", "administrator")
            complete = banjarmasin(until) if until else None
            return await reconcile_payments(records, payments, complete, by, self.now_is)

    async def open_payments(self, office: str | None = None) -> list[tuple[str, str]]:
        """Receipt and difference of each payment that is an open item."""
        found = await self.open_items(office=office)
        payments = [item for _, item in found if isinstance(item, OpenPayment)]
        return [(item.payment.receipt, item.difference.value) for item in payments]

    async def settles_payment(self, by: Actor) -> None:
        """Somebody settles the one payment that is an open item: its money was given back."""
        (id,) = [id for id, item in await self.open_items() if isinstance(item, OpenPayment)]
        async with self.store.begin() as records:
            reason = ResolutionReason.MONEY_RETURNED
            await resolve_open_item(
                records, id, reason, "by transfer", by, self.now_is, self.apply_transition
            )
