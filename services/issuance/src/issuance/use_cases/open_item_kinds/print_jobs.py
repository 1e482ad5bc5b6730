"""Open items about print jobs that fit no application: two persons settle one."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from issuance.domain.open_item import (
    OpenItemKind,
    OpenItemNotFound,
    ResolvedItem,
    StepNeeded,
    is_confirmed,
)
from issuance.domain.print_job_event import JobOutcome
from issuance.domain.separation_of_duties import require_not_approved_by
from issuance.store.unrecorded_print_events import UnrecordedPrintEvent
from issuance.use_cases.open_item_kinds.settlement import Listing, Settlement, number, numbers

_log = structlog.get_logger(__name__)


async def read(listing: Listing, keys: Sequence[str]) -> Mapping[str, UnrecordedPrintEvent]:
    """Return the events by their numbers."""
    found = await listing.records.unrecorded_print_events.of_numbers(numbers(keys))
    return {str(number): event for number, event in found.items()}


async def settle(settled: Settlement, key: str) -> UnrecordedPrintEvent | ResolvedItem:
    """Settle it if another person has proposed the same reason before, else propose that."""
    events, at = settled.records.unrecorded_print_events, number(key)
    found = await events.open_item(at)
    if found is None:
        raise OpenItemNotFound()
    await _require_may_settle(settled, found)
    if not is_confirmed(found.proposal, settled.resolution):
        await events.propose(at, settled.resolution)
        _log.info(
            "settlement_proposed",
            print_job=found.event.job,
            application_id=found.event.case,
            office=found.office,
            by=settled.by.person,
        )
        return replace(found, proposal=settled.resolution)
    await events.settle(at)
    return ResolvedItem(
        kind=OpenItemKind.PRINT_JOB,
        office=found.office,
        case=found.event.case,
        since=found.since,
        problem=found.problem,
        resolution=settled.resolution,
        print_job=found.event.job,
        document_number=found.event.document_number,
        book_serial=found.event.book_serial,
        proposed_by=found.proposal.by if found.proposal else "",
    )


async def _require_may_settle(settled: Settlement, found: UnrecordedPrintEvent) -> None:
    settled.require_fitting(OpenItemKind.PRINT_JOB, found.office)
    history = await settled.records.history.of_case(found.event.case)
    require_not_approved_by(settled.by.person, history)
    if found.event.outcome is JobOutcome.IN_PROGRESS:
        raise StepNeeded("the printing office ends the job first", steps="CancelPrintJob")
