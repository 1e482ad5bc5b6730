"""What does not come out even: listing it, and settling it with a reason."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from issuance.domain.actor import Actor
from issuance.domain.open_item import (
    OpenItemKind,
    Resolution,
    ResolutionReason,
    ResolvedItem,
    kind_and_key,
)
from issuance.domain.payment import OpenPayment
from issuance.domain.person_merge import SupersededBook
from issuance.domain.unidentified_holder import UnidentifiedHolder
from issuance.store.enrolment_records import LostEnrolment
from issuance.store.notice_records import NoticeRecord
from issuance.store.oldest_first import ListPosition, ids
from issuance.store.open_item_records import RESOLVED
from issuance.store.records import Records
from issuance.store.stuck_work_records import StuckTask
from issuance.store.unrecorded_print_events import UnrecordedPrintEvent
from issuance.use_cases.application_details import ApplicationDetails
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.open_item_kinds import (
    failed_prints,
    identifications,
    lost_enrolments,
    notices,
    payments,
    print_jobs,
    refused_work,
    superseded_books,
)
from issuance.use_cases.open_item_kinds.settlement import Listing, Settlement

_log = structlog.get_logger(__name__)

OpenItem = (
    ApplicationDetails
    | UnrecordedPrintEvent
    | StuckTask
    | OpenPayment
    | LostEnrolment
    | UnidentifiedHolder
    | NoticeRecord
    | SupersededBook
    | ResolvedItem
)
"""A failed print, a print job that does not fit, refused work, a payment that differs, fingerprints
that the matcher has lost, a holder to be identified, a notice that is refused, a book to be
returned, or what was settled."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """What a kind of open item does with what identifies its items among their kind.

    read: returns items by that. settle: returns the item as it was when it was settled, or as it
    is now if it stays open; raises as `resolve_open_item` does.
    """

    read: Callable[[Listing, Sequence[str]], Awaitable[Mapping[str, OpenItem]]]
    settle: Callable[[Settlement, str], Awaitable[OpenItem]]


_KINDS: Mapping[OpenItemKind, _Kind] = {
    OpenItemKind.PRINT_FAILED: _Kind(failed_prints.read, failed_prints.settle),
    OpenItemKind.PRINT_JOB: _Kind(print_jobs.read, print_jobs.settle),
    OpenItemKind.REFUSED_WORK: _Kind(refused_work.read, refused_work.settle),
    OpenItemKind.LOST_ENROLMENT: _Kind(lost_enrolments.read, lost_enrolments.settle),
    OpenItemKind.IDENTIFICATION: _Kind(identifications.read, identifications.settle),
    OpenItemKind.PAYMENT: _Kind(payments.read, payments.settle),
    OpenItemKind.NOTICE: _Kind(notices.read, notices.settle),
    OpenItemKind.SUPERSEDED_BOOK: _Kind(superseded_books.read, superseded_books.settle),
}


@dataclass(frozen=True, slots=True)
class OpenItemPage:
    """Open items by their ids, oldest first, and where the page ends; None if nothing follows."""

    items: Sequence[tuple[str, OpenItem]]
    end: ListPosition | None


async def list_open_items(
    records: Records,
    offices: OfficeDirectory,
    office: str | None,
    after: ListPosition | None,
    size: int,
    now: datetime,
    *,
    include_resolved: bool = False,
) -> OpenItemPage:
    """Return a page of open items. office: None for all."""
    found = await records.open_items.page(size, after, office, include_resolved=include_resolved)
    listing, items = Listing(records, offices, now), dict[str, OpenItem]()
    for kind, functions in _KINDS.items():
        if keys := ids(found, kind.prefix):
            read = await functions.read(listing, keys)
            items |= {f"{kind.prefix}{key}": item for key, item in read.items()}
    resolved = await records.open_items.resolved([int(key) for key in ids(found, RESOLVED)])
    items |= {f"{RESOLVED}{number}": item for number, item in resolved.items()}
    end = found[-1] if len(found) == size else None
    return OpenItemPage([(at.key, items[at.key]) for at in found], end)


async def resolve_open_item(
    records: Records,
    item_id: str,
    reason: ResolutionReason,
    explanation: str,
    by: Actor,
    now: datetime,
    apply_transition: ApplyTransition,
) -> tuple[str, OpenItem]:
    """Settle an open item, and return it as it was, with its new id.

    A print job takes two persons: the first one proposes the reason, and the item, which is
    returned, stays open until another one gives the same.

    Raises OpenItemNotFound, WrongOffice, StepNeeded, ReasonDoesNotFit, NotPermitted,
    SeparationOfDuties.
    """
    kind, key = kind_and_key(item_id)
    resolution = Resolution(reason, explanation, by.person, now)
    item = await _KINDS[kind].settle(Settlement(records, resolution, by, apply_transition), key)
    if not isinstance(item, ResolvedItem):
        return item_id, item
    number = await records.open_items.add_resolved(item)
    _log.info("open_item_resolved", item=item_id, application_id=item.case, by=by.person)
    return f"{RESOLVED}{number}", item
