"""Open items about notices that the mail server refuses."""

from collections.abc import Mapping, Sequence

from issuance.domain.notice_delivery import NoticeDelivery
from issuance.domain.open_item import OpenItemKind, OpenItemNotFound, ResolvedItem
from issuance.store.notice_records import NoticeRecord
from issuance.use_cases.open_item_kinds.settlement import Listing, Settlement


async def read(listing: Listing, ids: Sequence[str]) -> Mapping[str, NoticeRecord]:
    """Return the notices by their ids."""
    return {notice.id: notice for notice in await listing.records.notices.of_ids(ids)}


async def settle(settled: Settlement, id: str) -> ResolvedItem:
    """Record that the office tells the applicant."""
    notices = settled.records.notices
    found = await notices.of_ids([id])
    if not found or found[0].delivery is not NoticeDelivery.REFUSED:
        raise OpenItemNotFound()
    (record,) = found
    settled.require_fitting(OpenItemKind.NOTICE, record.office)
    if not await notices.tell_in_person(id):
        raise OpenItemNotFound()  # somebody else has settled it meanwhile, or it is outdated
    return ResolvedItem(
        kind=OpenItemKind.NOTICE,
        office=record.office,
        case=record.notice.application,
        since=record.at,
        problem=record.problem,
        resolution=settled.resolution,
    )
