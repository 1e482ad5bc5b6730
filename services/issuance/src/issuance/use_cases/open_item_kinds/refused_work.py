"""Open items about outbox tasks that the other service refuses for good."""

from collections.abc import Mapping, Sequence

from issuance.domain.open_item import (
    OpenItemKind,
    OpenItemNotFound,
    ResolvedItem,
    require_resolvable_work,
)
from issuance.store.stuck_work_records import StuckTask
from issuance.use_cases.open_item_kinds.settlement import Listing, Settlement


async def read(listing: Listing, ids: Sequence[str]) -> Mapping[str, StuckTask]:
    """Return the tasks by their ids."""
    return {task.id: task for task in await listing.records.stuck_work.of_ids(ids)}


async def settle(settled: Settlement, id: str) -> ResolvedItem:
    """Record that the work need not be done any more."""
    records = settled.records
    found = await records.stuck_work.of_ids([id])
    if not found or found[0].refused_at is None:
        raise OpenItemNotFound()
    (task,) = found
    settled.require_fitting(OpenItemKind.REFUSED_WORK, task.office)
    case = await records.cases.get(task.case)
    require_resolvable_work(task.kind, case.state, settled.by)
    if not await records.stuck_work.give_up(id):
        raise OpenItemNotFound()  # somebody else has settled or repeated it meanwhile
    return ResolvedItem(
        kind=OpenItemKind.REFUSED_WORK,
        office=task.office,
        case=task.case,
        since=task.created_at,
        problem=task.last_error,
        resolution=settled.resolution,
        task=task.id,
    )
