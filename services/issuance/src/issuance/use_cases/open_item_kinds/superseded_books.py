"""Open items about revoked passports of persons who were on record twice."""

from collections.abc import Mapping, Sequence

from issuance.domain.document import TWO_VALID_PASSPORTS
from issuance.domain.open_item import OpenItemKind, OpenItemNotFound, ResolvedItem
from issuance.domain.person_merge import SupersededBook
from issuance.use_cases.open_item_kinds.settlement import Listing, Settlement, number, numbers


async def read(listing: Listing, keys: Sequence[str]) -> Mapping[str, SupersededBook]:
    """Return the books by the numbers of their merges."""
    found = await listing.records.person_merges.open_books(numbers(keys))
    return {str(number): book for number, book in found.items()}


async def settle(settled: Settlement, key: str) -> ResolvedItem:
    """Record what became of a revoked passport."""
    merges, at = settled.records.person_merges, number(key)
    found = (await merges.open_books([at])).get(at)
    if found is None:
        raise OpenItemNotFound()
    settled.require_fitting(OpenItemKind.SUPERSEDED_BOOK, found.office)
    if not await merges.settle_book(at):
        raise OpenItemNotFound()  # somebody else has settled it meanwhile
    return ResolvedItem(
        kind=OpenItemKind.SUPERSEDED_BOOK,
        office=found.office,
        case=found.case,
        since=found.since,
        problem=TWO_VALID_PASSPORTS,
        resolution=settled.resolution,
        document_number=found.document_number,
        book_serial=found.book_serial,
    )
