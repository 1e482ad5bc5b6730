"""What does not come out even: listing it, and settling it with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import structlog

from issuance.domain.actor import Actor
from issuance.domain.events import ApplicationEvent
from issuance.domain.history import EventDetails
from issuance.domain.notice_delivery import NoticeDelivery
from issuance.domain.office import WrongOffice
from issuance.domain.open_item import (
    OpenItemKind,
    OpenItemNotFound,
    Resolution,
    ResolutionReason,
    ResolvedItem,
    StepNeeded,
    is_confirmed,
    require_fitting_reason,
    require_resolvable_work,
)
from issuance.domain.payment import OpenPayment
from issuance.domain.person_merge import TWO_VALID_PASSPORTS, SupersededBook
from issuance.domain.print_job_event import JobOutcome
from issuance.domain.separation_of_duties import require_not_approved_by, require_separate_duties
from issuance.domain.states import FINAL_STATES, WITHOUT_ENROLMENT, ApplicationState
from issuance.domain.transitions import find_transition
from issuance.domain.unidentified_holder import UnidentifiedHolder
from issuance.domain.waiting_on import ENROLMENT_LOST
from issuance.store.enrolment_records import LostEnrolment
from issuance.store.notice_records import NoticeRecord
from issuance.store.oldest_first import ListPosition, ids
from issuance.store.open_item_records import (
    IDENTIFICATION,
    LOST_ENROLMENT,
    NOTICE,
    PAYMENT,
    PRINT_FAILED,
    PRINT_JOB,
    REFUSED_WORK,
    RESOLVED,
    SUPERSEDED_BOOK,
)
from issuance.store.records import Records
from issuance.store.stuck_work_records import StuckTask
from issuance.store.unrecorded_print_events import UnrecordedPrintEvent
from issuance.use_cases.application_details import ApplicationDetails, application_details
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.office_directory import OfficeDirectory

_MOST_DIGITS = 9
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
    cases = await records.cases.of_ids(ids(found, PRINT_FAILED))
    details = await application_details(records, offices, cases, now)
    jobs = await records.unrecorded_print_events.of_numbers(_numbers(found, PRINT_JOB))
    tasks = await records.stuck_work.of_ids(ids(found, REFUSED_WORK))
    lost = await records.enrolments.lost(ids(found, LOST_ENROLMENT))
    holders = await records.unidentified_holders.of_cases(ids(found, IDENTIFICATION))
    payments = await records.payments.of_numbers(_numbers(found, PAYMENT))
    notices = await records.notices.of_ids(ids(found, NOTICE))
    books = await records.person_merges.open_books(_numbers(found, SUPERSEDED_BOOK))
    resolved = await records.open_items.resolved(_numbers(found, RESOLVED))
    items: dict[str, OpenItem] = {
        **{f"{PRINT_FAILED}{each.case.id}": each for each in details},
        **{f"{PRINT_JOB}{number}": event for number, event in jobs.items()},
        **{f"{REFUSED_WORK}{task.id}": task for task in tasks},
        **{f"{LOST_ENROLMENT}{each.case}": each for each in lost},
        **{f"{IDENTIFICATION}{each.case}": each for each in holders},
        **{f"{PAYMENT}{number}": payment for number, payment in payments.items()},
        **{f"{NOTICE}{notice.id}": notice for notice in notices},
        **{f"{SUPERSEDED_BOOK}{number}": book for number, book in books.items()},
        **{f"{RESOLVED}{number}": item for number, item in resolved.items()},
    }
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
    settled = Settlement(Resolution(reason, explanation, by.person, now), by, apply_transition)
    if item_id.startswith(PRINT_FAILED):
        await _require_step(records, item_id.removeprefix(PRINT_FAILED), by)
    if item_id.startswith(PRINT_JOB):
        number = _number(item_id, PRINT_JOB)
        found = await _require_print_job(records, number, settled)
        if not is_confirmed(found.proposal, settled.resolution):
            return item_id, await _propose(records, number, found, settled)
        item = await _settle_print_job(records, number, found, settled)
    elif item_id.startswith(REFUSED_WORK):
        item = await _settle_work(records, item_id.removeprefix(REFUSED_WORK), settled)
    elif item_id.startswith(LOST_ENROLMENT):
        item = await _settle_enrolment(records, item_id.removeprefix(LOST_ENROLMENT), settled)
    elif item_id.startswith(IDENTIFICATION):
        item = await _settle_identification(records, item_id.removeprefix(IDENTIFICATION), settled)
    elif item_id.startswith(PAYMENT):
        item = await _settle_payment(records, _number(item_id, PAYMENT), settled)
    elif item_id.startswith(NOTICE):
        item = await _settle_notice(records, item_id.removeprefix(NOTICE), settled)
    elif item_id.startswith(SUPERSEDED_BOOK):
        item = await _settle_book(records, _number(item_id, SUPERSEDED_BOOK), settled)
    else:
        raise _not_open()
    number = await records.open_items.add_resolved(item)
    _log.info("open_item_resolved", item=item_id, application_id=item.case, by=by.person)
    return f"{RESOLVED}{number}", item


@dataclass(frozen=True, slots=True)
class Settlement:
    """How an item is settled, and the person who does, with role and office.

    apply_transition: applies the event that settles it, if it changes its application.
    """

    resolution: Resolution
    by: Actor
    apply_transition: ApplyTransition

    def require_fitting(self, kind: OpenItemKind, office: str) -> None:
        """Raise WrongOffice or ReasonDoesNotFit."""
        _require_own(office, self.by)
        require_fitting_reason(kind, self.resolution.reason)


async def _require_step(records: Records, id: str, by: Actor) -> None:
    case = await records.cases.find(id)
    if case is None or case.state is not ApplicationState.PRINT_FAILED:
        raise _not_open()
    _require_own(case.office, by)
    raise StepNeeded("decide about the application", steps="CorrectData, Approve, Refuse, Withdraw")


async def _require_print_job(
    records: Records, number: int, settled: Settlement
) -> UnrecordedPrintEvent:
    """Return the event of a job that has ended; raise unless this person may settle it."""
    found = await records.unrecorded_print_events.open_item(number)
    if found is None:
        raise _not_open()
    settled.require_fitting(OpenItemKind.PRINT_JOB, found.office)
    history = await records.history.of_case(found.event.case)
    require_not_approved_by(settled.by.person, history)
    if found.event.outcome is JobOutcome.IN_PROGRESS:
        raise StepNeeded("the printing office ends the job first", steps="CancelPrintJob")
    return found


async def _propose(
    records: Records, number: int, found: UnrecordedPrintEvent, settled: Settlement
) -> UnrecordedPrintEvent:
    await records.unrecorded_print_events.propose(number, settled.resolution)
    by = settled.by.person
    _log.info("settlement_proposed", print_job=found.event.job, office=found.office, by=by)
    return replace(found, proposal=settled.resolution)


async def _settle_print_job(
    records: Records, number: int, found: UnrecordedPrintEvent, settled: Settlement
) -> ResolvedItem:
    await records.unrecorded_print_events.settle(number)
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


async def _settle_work(records: Records, id: str, settled: Settlement) -> ResolvedItem:
    found = await records.stuck_work.of_ids([id])
    if not found or found[0].refused_at is None:
        raise _not_open()
    (task,) = found
    settled.require_fitting(OpenItemKind.REFUSED_WORK, task.office)
    case = await records.cases.get(task.case)
    require_resolvable_work(task.kind, case.state, settled.by)
    if not await records.stuck_work.give_up(id):
        raise _not_open()  # somebody else has settled or repeated it meanwhile
    return ResolvedItem(
        kind=OpenItemKind.REFUSED_WORK,
        office=task.office,
        case=task.case,
        since=task.created_at,
        problem=task.last_error,
        resolution=settled.resolution,
        task=task.id,
    )


async def _settle_enrolment(records: Records, id: str, settled: Settlement) -> ResolvedItem:
    case = await records.cases.find(id)
    found = await records.enrolments.lost([id])
    if case is None or case.state in WITHOUT_ENROLMENT or not found:
        raise _not_open()
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


async def _settle_identification(records: Records, id: str, settled: Settlement) -> ResolvedItem:
    """Record that a holder is known otherwise, whose fingers the matcher cannot use, or refuses."""
    case = await records.cases.find(id)
    found = await records.unidentified_holders.of_cases([id])
    if case is None or not found:
        raise _not_open()
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
    known, details = case.without_identification_due(), EventDetails(reason=resolution.explanation)
    await settled.apply_transition(records, known, event, by, resolution.at, details)
    await records.fingers.delete(id)
    return ResolvedItem(
        kind=OpenItemKind.IDENTIFICATION,
        office=holder.office,
        case=id,
        since=holder.since,
        problem=holder.waiting_on.what.en,
        resolution=settled.resolution,
        document_number=holder.document_number,
    )


async def _settle_payment(records: Records, number: int, settled: Settlement) -> ResolvedItem:
    found = (await records.payments.of_numbers([number])).get(number)
    if found is None:
        raise _not_open()
    settled.require_fitting(OpenItemKind.PAYMENT, found.payment.office)
    if not await records.payments.settle(number):
        raise _not_open()  # somebody else has settled it meanwhile
    return ResolvedItem(
        kind=OpenItemKind.PAYMENT,
        office=found.payment.office,
        case=found.payment.case,
        since=found.since,
        problem=found.problem,
        resolution=settled.resolution,
        receipt=found.payment.receipt,
    )


async def _settle_book(records: Records, number: int, settled: Settlement) -> ResolvedItem:
    """Record what became of a revoked passport."""
    found = (await records.person_merges.open_books([number])).get(number)
    if found is None:
        raise _not_open()
    settled.require_fitting(OpenItemKind.SUPERSEDED_BOOK, found.office)
    if not await records.person_merges.settle_book(number):
        raise _not_open()  # somebody else has settled it meanwhile
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


async def _settle_notice(records: Records, id: str, settled: Settlement) -> ResolvedItem:
    """Record that the office tells the applicant."""
    found = await records.notices.of_ids([id])
    if not found or found[0].delivery is not NoticeDelivery.REFUSED:
        raise _not_open()
    (record,) = found
    settled.require_fitting(OpenItemKind.NOTICE, record.office)
    await records.notices.record_delivery(id, NoticeDelivery.IN_PERSON, None)
    return ResolvedItem(
        kind=OpenItemKind.NOTICE,
        office=record.office,
        case=record.notice.application,
        since=record.at,
        problem=record.problem,
        resolution=settled.resolution,
    )


def _require_own(office: str, by: Actor) -> None:
    if not by.may_know(office):
        raise WrongOffice(f"a caller of {by.office} acts for that office only", office=by.office)


def _not_open() -> OpenItemNotFound:
    return OpenItemNotFound("no item with this id is open", field="item_id")


def _numbers(found: Sequence[ListPosition], prefix: str) -> list[int]:
    return [int(id) for id in ids(found, prefix)]


def _number(item_id: str, prefix: str) -> int:
    text = item_id.removeprefix(prefix)
    if not (text.isdecimal() and len(text) <= _MOST_DIGITS):
        raise _not_open()
    return int(text)
