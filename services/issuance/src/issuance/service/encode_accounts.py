"""Open items and reconciliations as messages of the contract."""

from passport.issuance.v1 import accounts_pb2 as pb

from issuance.domain.document import TWO_VALID_PASSPORTS
from issuance.domain.open_item import Resolution, ResolvedItem
from issuance.domain.payment import OpenPayment
from issuance.domain.person_merge import SupersededBook
from issuance.domain.unidentified_holder import UnidentifiedHolder
from issuance.domain.waiting_on import (
    ENROLMENT_LOST,
    NOTICE_REFUSED,
    PAYMENT_WAITS_FOR,
    PRINT_JOB_MISFIT,
    SUPERSEDED_BOOK,
    WORK_SET_ASIDE,
    ResponsibleParty,
    WaitingOn,
)
from issuance.service.encode_applications import print_failure
from issuance.service.encode_values import timestamp
from issuance.service.encode_waiting import waiting, waiting_on
from issuance.service.enum_codes import OPEN_ITEM_KINDS, PAYMENT_DIFFERENCES, RESOLUTION_REASONS
from issuance.store.enrolment_records import LostEnrolment
from issuance.store.notice_records import NoticeRecord
from issuance.store.stuck_work_records import StuckTask
from issuance.store.unrecorded_print_events import UnrecordedPrintEvent
from issuance.use_cases.application_details import ApplicationDetails
from issuance.use_cases.open_items import OpenItem
from issuance.use_cases.reconcile_payments import Reconciliation

_MISFIT = WaitingOn(ResponsibleParty.SUPERVISOR, PRINT_JOB_MISFIT)


def open_item(id: str, item: OpenItem) -> pb.OpenItem:
    """Return an open item, or one that was settled."""
    if isinstance(item, ApplicationDetails):
        encoded = _failed_print(item)
    elif isinstance(item, UnrecordedPrintEvent):
        encoded = _print_job(item)
    elif isinstance(item, StuckTask):
        encoded = _refused_work(item)
    elif isinstance(item, LostEnrolment):
        encoded = _lost_enrolment(item)
    elif isinstance(item, UnidentifiedHolder):
        encoded = _identification(item)
    elif isinstance(item, OpenPayment):
        encoded = _payment(item)
    elif isinstance(item, NoticeRecord):
        encoded = _notice(item)
    elif isinstance(item, SupersededBook):
        encoded = _superseded_book(item)
    else:
        encoded = _resolved(item)
    encoded.item_id = id
    return encoded


def _failed_print(details: ApplicationDetails) -> pb.OpenItem:
    return pb.OpenItem(
        kind=pb.OPEN_ITEM_KIND_PRINT_FAILED,
        application_id=details.case.id,
        office=details.case.office,
        waiting=waiting(details),
        print_failure=print_failure(details.case.print_failure),
    )


def _print_job(found: UnrecordedPrintEvent) -> pb.OpenItem:
    return pb.OpenItem(
        kind=pb.OPEN_ITEM_KIND_PRINT_JOB,
        application_id=found.event.case,
        office=found.office,
        waiting=waiting_on(_MISFIT, found.since),
        print_job_id=found.event.job,
        document_number=found.event.document_number,
        book_serial=found.event.book_serial,
        problem=found.problem,
        proposal=_proposal(found.proposal),
    )


def _proposal(proposal: Resolution | None) -> pb.OpenItemProposal | None:
    if proposal is None:
        return None
    return pb.OpenItemProposal(
        reason=RESOLUTION_REASONS[proposal.reason],
        explanation=proposal.explanation,
        proposed_by=proposal.by,
        proposed_at=timestamp(proposal.at),
    )


def _refused_work(task: StuckTask) -> pb.OpenItem:
    return pb.OpenItem(
        kind=pb.OPEN_ITEM_KIND_REFUSED_WORK,
        application_id=task.case,
        office=task.office,
        waiting=waiting_on(WORK_SET_ASIDE, task.created_at),
        task_id=task.id,
        problem=task.last_error,
    )


def _lost_enrolment(lost: LostEnrolment) -> pb.OpenItem:
    return pb.OpenItem(
        kind=pb.OPEN_ITEM_KIND_LOST_ENROLMENT,
        application_id=lost.case,
        office=lost.office,
        waiting=waiting_on(ENROLMENT_LOST, lost.since),
        problem=ENROLMENT_LOST.what.en,
    )


def _identification(holder: UnidentifiedHolder) -> pb.OpenItem:
    return pb.OpenItem(
        kind=pb.OPEN_ITEM_KIND_IDENTIFICATION,
        application_id=holder.case,
        office=holder.office,
        waiting=waiting_on(holder.waiting_on, holder.since),
        document_number=holder.document_number,
        problem=holder.waiting_on.what.en,
    )


def _payment(found: OpenPayment) -> pb.OpenItem:
    payment = found.payment
    return pb.OpenItem(
        kind=pb.OPEN_ITEM_KIND_PAYMENT,
        application_id=payment.case,
        office=payment.office,
        waiting=waiting_on(PAYMENT_WAITS_FOR[found.difference], found.since),
        problem=found.problem,
        receipt=payment.receipt,
        difference=PAYMENT_DIFFERENCES[found.difference],
        recorded_rupiah=payment.recorded_rupiah,
        reported_rupiah=payment.reported_rupiah,
    )


def _notice(record: NoticeRecord) -> pb.OpenItem:
    return pb.OpenItem(
        kind=pb.OPEN_ITEM_KIND_NOTICE,
        application_id=record.notice.application,
        office=record.office,
        waiting=waiting_on(NOTICE_REFUSED, record.at),
        problem=record.problem,
    )


def _superseded_book(book: SupersededBook) -> pb.OpenItem:
    return pb.OpenItem(
        kind=pb.OPEN_ITEM_KIND_SUPERSEDED_BOOK,
        application_id=book.case,
        office=book.office,
        waiting=waiting_on(SUPERSEDED_BOOK, book.since),
        document_number=book.document_number,
        book_serial=book.book_serial,
        problem=TWO_VALID_PASSPORTS,
    )


def _resolved(item: ResolvedItem) -> pb.OpenItem:
    resolution = item.resolution
    return pb.OpenItem(
        kind=OPEN_ITEM_KINDS[item.kind],
        application_id=item.case,
        office=item.office,
        print_job_id=item.print_job,
        document_number=item.document_number,
        book_serial=item.book_serial,
        task_id=item.task,
        receipt=item.receipt,
        problem=item.problem,
        resolution=pb.OpenItemResolution(
            reason=RESOLUTION_REASONS[resolution.reason],
            explanation=resolution.explanation,
            resolved_by=resolution.by,
            resolved_at=timestamp(resolution.at),
            open_since=timestamp(item.since),
            proposed_by=item.proposed_by,
        ),
    )


def reconciliation(compared: Reconciliation) -> pb.ReconcilePaymentsResponse:
    """Return what became of a report of payments."""
    return pb.ReconcilePaymentsResponse(
        agreed=compared.agreed,
        unrecorded=compared.unrecorded,
        unreported=compared.unreported,
        amount_differs=compared.amount,
    )
