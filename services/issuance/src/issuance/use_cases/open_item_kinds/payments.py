"""Open items about payments that the offices and the payment channel record differently."""

from collections.abc import Mapping, Sequence

from issuance.domain.open_item import OpenItemKind, OpenItemNotFound, ResolvedItem
from issuance.domain.payment import OpenPayment
from issuance.use_cases.open_item_kinds.settlement import Listing, Settlement, number, numbers


async def read(listing: Listing, keys: Sequence[str]) -> Mapping[str, OpenPayment]:
    """Return the payments by the numbers of their differences."""
    found = await listing.records.payments.of_numbers(numbers(keys))
    return {str(number): payment for number, payment in found.items()}


async def settle(settled: Settlement, key: str) -> ResolvedItem:
    """Record what became of the difference."""
    payments, at = settled.records.payments, number(key)
    found = (await payments.of_numbers([at])).get(at)
    if found is None:
        raise OpenItemNotFound()
    settled.require_fitting(OpenItemKind.PAYMENT, found.payment.office)
    if not await payments.settle(at):
        raise OpenItemNotFound()  # somebody else has settled it meanwhile
    return ResolvedItem(
        kind=OpenItemKind.PAYMENT,
        office=found.payment.office,
        case=found.payment.case,
        since=found.since,
        problem=found.problem,
        resolution=settled.resolution,
        receipt=found.payment.receipt,
    )
