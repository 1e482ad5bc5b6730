"""Decode what several fields of a request say together; raise InvalidRequest naming the field."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from google.protobuf.timestamp_pb2 import Timestamp
from passport.printer.v1 import jobs_pb2 as pb
from passport.printer.v1 import machines_pb2, stock_pb2
from servicekit.errors import InvalidRequest
from servicekit.grpc import page_tokens
from servicekit.grpc.enum_codes import enum_codes, members_by_code

from printer.chip.elementary_files import ElementaryFiles
from printer.domain.attribution import Attribution
from printer.domain.errors import BadWatchToken
from printer.domain.maintenance import MaintenanceWindow
from printer.domain.open_item import Resolution
from printer.domain.serial_range import SerialRange
from printer.domain.throughput import Period
from printer.domain.two_persons import DecisionReason
from printer.service.encode_values import DECISION_REASONS
from printer.use_cases.book_in_hand import BookReport
from printer.use_cases.measure_throughput import measured_period
from printer.use_cases.record_findings import Finding
from printer.use_cases.remove_books import BookRemoval, RemovalRequest
from printer.use_cases.watch_print_jobs import WatchPosition

_FINDINGS = members_by_code(enum_codes(Finding, pb.Finding))
_REMOVALS = members_by_code(enum_codes(BookRemoval, stock_pb2.BookRemoval))
_REASONS = members_by_code(DECISION_REASONS)
# Digits; no number in a token is longer.
_LONGEST_NUMBER = 19


def quality_check(request: pb.RecordQualityCheckRequest, by: Attribution) -> BookReport:
    """Return what a person says of a printed book."""
    if request.passed and not (request.mrz or request.page_image):
        raise InvalidRequest("the zone of a good book must be read", field="mrz")
    if request.passed and request.lost:
        raise InvalidRequest("a lost book cannot have passed", field="lost")
    if not request.passed and not request.defect:
        raise InvalidRequest("say what is wrong with the book", field="defect")
    if request.passed and request.chip_unread and not request.defect:
        raise InvalidRequest("say why the chip was not read", field="defect")
    return _report(request, request.defect, by, finding=bad_book(request))


def chip(request: pb.RecordQualityCheckRequest) -> ElementaryFiles | None:
    """Return what was read from the chip of a printed book; None if it was not read."""
    if not request.HasField("chip"):
        return None
    files = request.chip
    return ElementaryFiles(com=files.com, dg1=files.dg1, dg2=files.dg2, sod=files.sod)


def reason(request: pb.ConfirmMachineOffRequest | pb.ReleasePrintJobRequest) -> DecisionReason:
    """Return the coded reason of a decision."""
    return _REASONS[request.reason_code]


def maintenance_window(
    request: machines_pb2.ScheduleMaintenanceRequest, window_id: str, by: Attribution
) -> MaintenanceWindow:
    """Return a maintenance window that a person schedules."""
    return MaintenanceWindow(
        window_id=window_id,
        machine_id=request.machine_id,
        starts_at=instant(request.starts_at, "starts_at"),
        ends_at=instant(request.ends_at, "ends_at"),
        reason=request.reason,
        by=by,
    )


def period(request: machines_pb2.GetThroughputRequest, now: datetime) -> Period:
    """Return the period whose throughput is asked for; now: business time."""
    starts_at = instant(request.starts_at, "starts_at") if request.HasField("starts_at") else None
    ends_at = instant(request.ends_at, "ends_at") if request.HasField("ends_at") else None
    return measured_period(starts_at, ends_at, now)


def zone(name: str) -> ZoneInfo:
    """Return the time zone of a name, UTC for an empty one."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidRequest("no such time zone", field="timezone") from None


def instant(given: Timestamp, field: str) -> datetime:
    """Return the instant of a field, in UTC; raise InvalidRequest outside the years 1 to 9999."""
    try:
        return given.ToDatetime(UTC)
    except (ValueError, OverflowError):
        raise InvalidRequest("not a time that can be used here", field=field) from None


def bad_book(request: pb.RecordQualityCheckRequest) -> Finding | None:
    """Return what a printed book was found to be; None if it passed."""
    if request.passed:
        return None
    return Finding.LOST if request.lost else Finding.SPOILED


def unknown_outcome(request: pb.ResolveUnknownOutcomeRequest, by: Attribution) -> BookReport:
    """Return what a person says of a book of unknown outcome."""
    return _report(request, request.reason, by, finding=finding(request))


def finding(request: pb.ResolveUnknownOutcomeRequest) -> Finding:
    """Return what a book of unknown outcome was found to be."""
    return _FINDINGS[request.finding]


def _report(
    request: pb.RecordQualityCheckRequest | pb.ResolveUnknownOutcomeRequest,
    explanation: str,
    by: Attribution,
    finding: Finding | None,
) -> BookReport:
    if finding in (Finding.LOST, Finding.NOT_PRINTED) and request.is_other_book:
        raise InvalidRequest("only a printed book shows what was taken", field="is_other_book")
    return BookReport(
        job_id=request.job_id,
        book_serial=request.book_serial,
        by=by,
        is_other_book=request.is_other_book,
        reason=_reason(request, finding),
        explanation=explanation,
    )


def _reason(
    request: pb.RecordQualityCheckRequest | pb.ResolveUnknownOutcomeRequest,
    finding: Finding | None,
) -> DecisionReason:
    code = request.reason_code
    if finding in (None, Finding.PRINTED):
        taken = request.is_other_book
        return _REASONS.get(
            code, DecisionReason.WRONG_BOOK_TAKEN if taken else DecisionReason.OTHER
        )
    if code not in _REASONS:
        raise InvalidRequest("say which kind of reason it is", field="reason_code")
    return _REASONS[code]


def serial_range(books: stock_pb2.BookRange) -> SerialRange:
    """Return a range of books; raise BadRange if there are not so many serials."""
    return SerialRange(books.first_serial, books.count)


def removal(request: stock_pb2.RemoveBooksRequest, by: Attribution) -> RemovalRequest:
    """Return what is to become of books; raise BadRange if there are not so many serials."""
    removal = _REMOVALS[request.removal]
    if removal is BookRemoval.TRANSFER and not request.destination:
        raise InvalidRequest("say to which office the books are sent", field="destination")
    if removal in (BookRemoval.RETURN, BookRemoval.TRANSFER) and not request.delivery_note:
        raise InvalidRequest("books are sent with a delivery note", field="delivery_note")
    return RemovalRequest(
        books=serial_range(request.books),
        removal=removal,
        destination=request.destination,
        delivery_note=request.delivery_note,
        reason=_REASONS[request.reason],
        explanation=request.explanation,
        by=by,
    )


def resolution(request: stock_pb2.ResolveOpenItemRequest, by: Attribution) -> Resolution:
    """Return why a person resolves an open item."""
    return Resolution(reason=_REASONS[request.reason], explanation=request.explanation, by=by)


def watch_position(token: str) -> WatchPosition | None:
    """Return where a stream is resumed, None for an empty token; raise BadWatchToken."""
    if not token:
        return None
    key = page_tokens.decode_key(token, BadWatchToken, "resume_token")
    restore_noticed, _, change = key.rpartition("/")
    numbers = (restore_noticed or "0", change)
    if not all(number.isdecimal() and len(number) <= _LONGEST_NUMBER for number in numbers):
        raise BadWatchToken("this token was not issued here", field="resume_token")
    return WatchPosition(*map(int, numbers))
