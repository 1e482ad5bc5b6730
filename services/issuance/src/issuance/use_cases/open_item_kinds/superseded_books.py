"""Open items about revoked passports of persons who were on record twice."""

from collections.abc import Mapping, Sequence

from issuance.domain.document import TWO_VALID_PASSPORTS
from issuance.domain.open_item import (
    OpenItemKind,
    OpenItemNotFound,
    Resolution,
    ResolvedItem,
)
from issuance.domain.person_merge import SupersededBook
from issuance.store.records import Records
from issuance.use_cases.open_item_kinds.settlement import Listing, Settlement, number, numbers


async def read(listing: Listing, keys: Sequence[str]) -> Mapping[str, SupersededBook]:
    """Return the books by the numbers of their merges."""
    found = await listing.records.person_merges.open_books(numbers(keys))
    return {str(number): book for number, book in found.items()}


async def settle(settled: Settlement, key: str) -> ResolvedItem:
    """Record what became of a revoked passport."""
    records, at = settled.records, number(key)
    found = (await records.person_merges.open_books([at])).get(at)
    if found is None:
        raise OpenItemNotFound()
    settled.require_fitting(OpenItemKind.SUPERSEDED_BOOK, found.office)
    item = await settle_book(records, at, found, settled.resolution)
    if item is None:
        raise OpenItemNotFound()
    return item


async def settle_book(
    records: Records, merge: int, book: SupersededBook, resolution: Resolution
) -> ResolvedItem | None:
    """Settle the book of a merge, by its number; None if somebody else has done so meanwhile."""
    if not await records.person_merges.settle_book(merge):
        return None
    return ResolvedItem(
        kind=OpenItemKind.SUPERSEDED_BOOK,
        office=book.office,
        case=book.case,
        since=book.since,
        problem=TWO_VALID_PASSPORTS,
        resolution=resolution,
        document_number=book.document_number,
        book_serial=book.book_serial,
    )
