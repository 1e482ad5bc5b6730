"""What a machine's answers mean; where in doubt, nothing."""

from datetime import UTC, datetime

from printer.domain.machine import MachineJob, MachineSilent, Phase, Sighting
from printer.ipp import codec
from printer.ipp.codec import Attributes, Group, Message, Tag
from printer.ipp.words import PRINTED_SHA256, JobState, Operation, PrinterState, Status

_AWAITS_DOCUMENT = {"job-incoming", "job-data-insufficient"}


def explain(operation: Operation, answer: Message) -> str:
    """What went wrong, in words."""
    try:
        status = Status(answer.code).name
    except ValueError:
        status = f"status 0x{answer.code:04x}"
    message = codec.text(answer.first(Group.OPERATION), "status-message") or ""
    return f"{operation.name}: {status} {message}".strip()


def sighting(attributes: Attributes, asked_at: datetime) -> Sighting:
    """What a machine told of itself; raises MachineSilent if that is not enough."""
    uuid = codec.text(attributes, "printer-uuid")
    up_time = codec.integer(attributes, "printer-up-time")
    state = codec.integer(attributes, "printer-state")
    if uuid is None or up_time is None or state is None:
        raise MachineSilent("the machine does not tell its uuid, up-time or state")
    reasons = codec.texts(attributes, "printer-state-reasons")
    accepting = attributes.get("printer-is-accepting-jobs")
    return Sighting(
        printer_uuid=uuid,
        up_time=up_time,
        asked_at=asked_at,
        last_contact_at=datetime.now(UTC),
        idle=state == PrinterState.IDLE,
        stopped=state == PrinterState.STOPPED,
        accepting=accepting is None or accepting.values[0] is True,
        reasons=tuple(reason for reason in reasons if reason != "none"),
    )


def machine_job(attributes: Attributes) -> MachineJob:
    """What a machine told of a job; raises MachineSilent if that is not enough."""
    number = codec.integer(attributes, "job-id")
    state = codec.integer(attributes, "job-state")
    name = codec.text(attributes, "job-name")
    if number is None or state is None or name is None:
        # One whose name is not told might be the very one that is looked for.
        raise MachineSilent("the machine tells of a job without id, name or state")
    return MachineJob(
        number=number,
        name=name,
        phase=_phase(state, codec.texts(attributes, "job-state-reasons")),
        began=_began(attributes),
        printed_sha256=codec.text(attributes, PRINTED_SHA256),
    )


def _phase(state: int, reasons: tuple[str, ...]) -> Phase:
    if state in (JobState.PENDING, JobState.PENDING_HELD):
        return Phase.WITHOUT_DOCUMENT if _AWAITS_DOCUMENT & set(reasons) else Phase.WAITING
    if state in (JobState.PROCESSING, JobState.PROCESSING_STOPPED):
        return Phase.PRINTING
    return Phase.COMPLETED if state == JobState.COMPLETED else Phase.GIVEN_UP


def _began(attributes: Attributes) -> bool:
    # Only "no value" says that processing did not begin; not told and "unknown" do not.
    began = attributes.get("time-at-processing")
    return began is None or began.tag != Tag.NO_VALUE
