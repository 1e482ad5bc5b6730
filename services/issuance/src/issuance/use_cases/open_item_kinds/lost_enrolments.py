"""Open items about applications whose fingerprints the matcher has lost."""

from collections.abc import Mapping, Sequence

from issuance.domain.open_item import OpenItemKind, OpenItemNotFound, ResolvedItem, StepNeeded
from issuance.domain.states import FINAL_STATES, WITHOUT_ENROLMENT
from issuance.domain.waiting_on import ENROLMENT_LOST
from issuance.store.enrolment_records import LostEnrolment
from issuance.use_cases.open_item_kinds.settlement import Listing, Settlement


async def read(listing: Listing, ids: Sequence[str]) -> Mapping[str, LostEnrolment]:
    """Return the enrolments by the ids of their applications."""
    return {each.case: each for each in await listing.records.enrolments.lost(ids)}


async def settle(settled: Settlement, id: str) -> ResolvedItem:
    """Record that an application that has ended does without its fingerprints."""
    records = settled.records
    case = await records.cases.find(id)
    found = await records.enrolments.lost([id])
    if case is None or case.state in WITHOUT_ENROLMENT or not found:
        raise OpenItemNotFound()
    settled.require_fitting(OpenItemKind.LOST_ENROLMENT, case.office)
    if case.state not in FINAL_STATES:
        raise StepNeeded(
            "capture the person again, or end the application first",
            steps="SubmitBiometrics, HandOver, Withdraw",
        )
    await records.enrolments.forget(id)
    return ResolvedItem(
        kind=OpenItemKind.LOST_ENROLMENT,
        office=case.office,
        case=id,
        since=found[0].since,
        problem=ENROLMENT_LOST.what.en,
        resolution=settled.resolution,
    )
