"""Open items about holders of emergency documents who are still to be identified."""

from collections.abc import Mapping, Sequence

from issuance.domain import case_identification
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import EventDetails
from issuance.domain.open_item import OpenItemKind, OpenItemNotFound, ResolvedItem, StepNeeded
from issuance.domain.separation_of_duties import require_separate_duties
from issuance.domain.transitions import find_transition
from issuance.domain.unidentified_holder import UnidentifiedHolder
from issuance.use_cases.open_item_kinds.settlement import Listing, Settlement


async def read(listing: Listing, ids: Sequence[str]) -> Mapping[str, UnidentifiedHolder]:
    """Return the holders by the ids of their applications."""
    return {each.case: each for each in await listing.records.unidentified_holders.of_cases(ids)}


async def settle(settled: Settlement, id: str) -> ResolvedItem:
    """Record that a holder is known otherwise, whose fingers the matcher cannot use, or refuses."""
    records = settled.records
    case = await records.cases.find(id)
    found = await records.unidentified_holders.of_cases([id])
    if case is None or not found:
        raise OpenItemNotFound()
    (holder,) = found
    settled.require_fitting(OpenItemKind.IDENTIFICATION, holder.office)
    event = ApplicationEvent.SETTLE_IDENTIFICATION
    by, resolution = settled.by, settled.resolution
    find_transition(case.state, event, by.role)
    if holder.examined:
        raise StepNeeded("examiners decide about the holder", steps="ClaimTask, DecideTask")
    if holder.asked:
        raise StepNeeded("the matcher identifies the holder once it can", steps="RetryWork")
    require_separate_duties(event, by.person, await records.history.of_case(id))
    known = case_identification.without_identification_due(case)
    details = EventDetails(reason=resolution.explanation)
    await settled.apply_transition(records, known, event, by, resolution.at, details)
    await records.fingers.delete(id)
    return ResolvedItem(
        kind=OpenItemKind.IDENTIFICATION,
        office=holder.office,
        case=id,
        since=holder.since,
        problem=holder.waiting_on.what.en,
        resolution=resolution,
        document_number=holder.document_number,
    )
