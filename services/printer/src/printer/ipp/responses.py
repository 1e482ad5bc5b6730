"""What the attributes in a machine's response mean; doubtful ones count as no response."""

from datetime import datetime

from printer.domain.printer_client import (
    MachineJob,
    MachineJobPhase,
    PrinterStatus,
    RequestOutcomeUnknown,
)
from printer.ipp import codec
from printer.ipp.codec import Attributes, GroupTag, Message, ValueTag
from printer.ipp.identifiers import (
    BOOK_SERIAL,
    CHIP_SHA256,
    PRINTED_SHA256,
    IppJobState,
    IppPrinterState,
    Operation,
    StatusCode,
)

_AWAITS_DOCUMENT = {"job-incoming", "job-data-insufficient"}


def describe_error(operation: Operation, response: Message) -> str:
    """Return what went wrong, in words: operation, status code and the machine's message."""
    try:
        status = StatusCode(response.code).name
    except ValueError:
        status = f"status 0x{response.code:04x}"
    message = codec.first_text(response.first(GroupTag.OPERATION), "status-message") or ""
    return f"{operation.name}: {status} {message}".strip()


def read_printer_status(
    attributes: Attributes, asked_at: datetime, answered_at: datetime
) -> PrinterStatus:
    """Return the status in a response that has just come.

    asked_at, answered_at: real time, before the request was sent and after the response came.
    Raises RequestOutcomeUnknown if printer-uuid, printer-up-time or printer-state is missing.
    """
    uuid = codec.first_text(attributes, "printer-uuid")
    up_time = codec.first_integer(attributes, "printer-up-time")
    state = codec.first_integer(attributes, "printer-state")
    if uuid is None or up_time is None or state is None:
        raise RequestOutcomeUnknown("the machine does not report its uuid, up-time or state")
    reasons = codec.all_texts(attributes, "printer-state-reasons")
    accepting = attributes.get("printer-is-accepting-jobs")
    return PrinterStatus(
        printer_uuid=uuid,
        up_time=up_time,
        asked_at=asked_at,
        answered_at=answered_at,
        idle=state == IppPrinterState.IDLE,
        stopped=state == IppPrinterState.STOPPED,
        accepting_jobs=accepting is None or accepting.values[0] is True,
        state_reasons=tuple(reason for reason in reasons if reason != "none"),
    )


def read_machine_job(attributes: Attributes) -> MachineJob:
    """Return the job that a group of job attributes describes.

    Raises RequestOutcomeUnknown if job-id, job-state or job-name is missing.
    """
    job_id = codec.first_integer(attributes, "job-id")
    state = codec.first_integer(attributes, "job-state")
    name = codec.first_text(attributes, "job-name")
    if job_id is None or state is None or name is None:
        # A job without a name might be the very one that is searched for.
        raise RequestOutcomeUnknown("the machine reports a job without id, name or state")
    state_reasons = codec.all_texts(attributes, "job-state-reasons")
    return MachineJob(
        machine_job_id=job_id,
        name=name,
        phase=_phase(state, state_reasons),
        processing_began=_processing_began(attributes),
        printed_sha256=codec.first_text(attributes, PRINTED_SHA256),
        book_serial=codec.first_text(attributes, BOOK_SERIAL),
        chip_sha256=codec.first_text(attributes, CHIP_SHA256),
        state_reasons=state_reasons,
    )


def _phase(state: int, reasons: tuple[str, ...]) -> MachineJobPhase:
    if state in (IppJobState.PENDING, IppJobState.PENDING_HELD):
        if _AWAITS_DOCUMENT & set(reasons):
            return MachineJobPhase.AWAITING_DOCUMENT
        return MachineJobPhase.PENDING
    if state == IppJobState.PROCESSING_STOPPED:
        return MachineJobPhase.STOPPED
    if state == IppJobState.PROCESSING:
        return MachineJobPhase.PROCESSING
    if state == IppJobState.COMPLETED:
        return MachineJobPhase.COMPLETED
    return MachineJobPhase.CANCELLED_OR_ABORTED


def _processing_began(attributes: Attributes) -> bool:
    # RFC 8011 section 5.3.14.2: "no-value" says that processing has not begun. A missing
    # attribute and "unknown" do not say so.
    time_at_processing = attributes.get("time-at-processing")
    return time_at_processing is None or time_at_processing.tag != ValueTag.NO_VALUE
