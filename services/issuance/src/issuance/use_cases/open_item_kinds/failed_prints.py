"""Open items about prints that failed: each ends with a step of its application."""

from collections.abc import Mapping, Sequence
from typing import NoReturn

from issuance.domain.open_item import OpenItemNotFound, StepNeeded
from issuance.domain.states import ApplicationState
from issuance.use_cases.application_details import ApplicationDetails, application_details
from issuance.use_cases.open_item_kinds.settlement import Listing, Settlement


async def read(listing: Listing, ids: Sequence[str]) -> Mapping[str, ApplicationDetails]:
    """Return the applications by their ids."""
    cases = await listing.records.cases.of_ids(ids)
    details = await application_details(listing.records, listing.offices, cases, listing.now)
    return {each.case.id: each for each in details}


async def settle(settled: Settlement, id: str) -> NoReturn:
    """Raise StepNeeded, or OpenItemNotFound, or WrongOffice: no resolution settles it."""
    case = await settled.records.cases.find(id)
    if case is None or case.state is not ApplicationState.PRINT_FAILED:
        raise OpenItemNotFound()
    settled.require_own(case.office)
    raise StepNeeded("decide about the application", steps="CorrectData, Approve, Refuse, Withdraw")
