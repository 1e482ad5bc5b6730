"""May a page be sent to a machine (again)? What to do about an attempt after asking its machine.

This is the rule by which each passport is printed once:

- The machine knows the job: its page is never sent again.
- It does not, and has run without a restart since the attempt was recorded a short while ago: it
  never got the job, so the page is sent.
- It does not, and is known to have had it, was restarted or replaced, or had the time to forget
  it: nobody can know whether it was printed, and a person has to look at the book.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from printer.domain.attempt import Attempt
from printer.domain.printer_client import MachineJob, MachineJobPhase, PrinterStatus
from printer.domain.settlement import MachineAnswer, Settlement

# The start of a machine is computed from whole seconds and from responses that take time, so it
# seems to move by a little over a second. A false alarm only makes a person look in vain.
_START_TOLERANCE = timedelta(seconds=2)
# Machines forget finished jobs, CUPS' ippeveprinter after sixty seconds. Until then, a job that a
# machine does not know is one that it never had.
_JOB_RETENTION = timedelta(seconds=60)
# Seconds that a machine must have run before it gets a job. A restart after that moves its start
# by more than 3 seconds, of which rounding hides one: always more than the tolerance.
MINIMUM_UP_TIME_SECONDS = 4


class ReconcileAction(Enum):
    """What to do about an attempt."""

    SEND = "send the page"
    WAIT = "the machine has the job; ask again later"
    CANCEL_AT_MACHINE = "cancel it at the machine, which has no document for it; then ask again"
    RECORD_PRINTED = "record that the machine has printed it"
    REQUEUE = "put the job back into the queue: it was certainly not printed"
    MARK_OUTCOME_UNKNOWN = "a person has to look at the book"


@dataclass(frozen=True, slots=True)
class ReconcileDecision:
    """What to do. reason: why, for people; given with REQUEUE and MARK_OUTCOME_UNKNOWN.

    settlement: of the attempt, if its outcome is to be marked unknown: whether its own machine said
    that it has it no more.
    """

    action: ReconcileAction
    reason: str = ""
    settlement: Settlement = Settlement.GONE


def decide_missing_job(attempt: Attempt, sent: bool, status: PrinterStatus) -> ReconcileDecision:
    """Decide about an attempt whose job its machine does not know.

    sent: whether the machine is known to have had the job. status: must have been asked for after
    the search for the job, or a restart between the two would go unnoticed.
    """
    reason = why_it_may_have_been_printed(attempt, sent, status)
    if not reason:
        return ReconcileDecision(ReconcileAction.SEND)
    is_settled = status.printer_uuid == attempt.printer_uuid and remembers_its_jobs(status)
    settlement = Settlement.GONE if is_settled else Settlement.UNSETTLED
    return ReconcileDecision(ReconcileAction.MARK_OUTCOME_UNKNOWN, reason, settlement)


def why_it_may_have_been_printed(attempt: Attempt, sent: bool, status: PrinterStatus) -> str:
    """Return why "unknown" does not prove that a machine never had an attempt; empty if it does.

    sent, status: as for `decide_missing_job`.
    """
    if status.printer_uuid != attempt.printer_uuid:
        return "another machine answers at the address"
    if sent:
        return "the machine has forgotten a job that it had"
    if not ran_without_restart(attempt, status):
        return "the machine was restarted after the book was assigned"
    if status.answered_at - attempt.asked_at >= _JOB_RETENTION:
        return "the machine may have forgotten a job so long after it was assigned"
    return ""


def remembers_its_jobs(status: PrinterStatus) -> bool:
    """Return whether a machine can know its jobs: one that was only just started may not yet."""
    return status.up_time >= MINIMUM_UP_TIME_SECONDS


def ran_without_restart(attempt: Attempt, status: PrinterStatus) -> bool:
    """Return whether the machine is the one of the attempt and has run ever since.

    A higher up-time does not prove it: a machine restarted long ago may have passed the recorded
    value. Its start (the present less its up-time) must not have moved. Both starts are taken so
    that slow responses count against the machine: the earliest possible one then, the latest
    possible one now. A start that moved back means that our own clock was set back, which could
    hide a restart, so it counts as one.
    """
    started = status.answered_at - timedelta(seconds=status.up_time)
    started_then = attempt.asked_at - timedelta(seconds=attempt.up_time)
    return (
        status.printer_uuid == attempt.printer_uuid
        and status.up_time >= attempt.up_time
        and abs(started - started_then) <= _START_TOLERANCE
    )


def decide_found_job(
    attempt: Attempt, page_sha256: str, found: MachineJob, chip_sha256: str | None = None
) -> ReconcileDecision:
    """Decide about an attempt whose job its machine knows.

    page_sha256: SHA-256 of the page that was to be printed, lower-case hex. chip_sha256: the same
    of the chip's files, None for a book without a chip.
    """
    match found.phase:
        case MachineJobPhase.AWAITING_DOCUMENT:
            return ReconcileDecision(ReconcileAction.CANCEL_AT_MACHINE)
        case MachineJobPhase.PENDING | MachineJobPhase.STOPPED | MachineJobPhase.PROCESSING:
            return ReconcileDecision(ReconcileAction.WAIT)
        case MachineJobPhase.CANCELLED_OR_ABORTED if not found.processing_began:
            return ReconcileDecision(
                ReconcileAction.REQUEUE, "the machine gave it up before printing began"
            )
        case MachineJobPhase.CANCELLED_OR_ABORTED:
            return ReconcileDecision(
                ReconcileAction.MARK_OUTCOME_UNKNOWN,
                f"the machine gave it up after printing began{_named(found.state_reasons)}",
            )
        case MachineJobPhase.COMPLETED:
            return _decide_completed_job(attempt, page_sha256, chip_sha256, found)


def _decide_completed_job(
    attempt: Attempt, page_sha256: str, chip_sha256: str | None, found: MachineJob
) -> ReconcileDecision:
    if found.chip_sha256 is not None and found.chip_sha256 != chip_sha256:
        return ReconcileDecision(
            ReconcileAction.MARK_OUTCOME_UNKNOWN, "the machine wrote something else to the chip"
        )
    printed_sha256 = found.printed_sha256
    # Some machines complete a job whose upload was cut, so without a digest "completed" counts
    # only if the whole document is known to have arrived.
    if printed_sha256 == page_sha256 or (printed_sha256 is None and attempt.delivered):
        return ReconcileDecision(ReconcileAction.RECORD_PRINTED)
    return ReconcileDecision(
        ReconcileAction.MARK_OUTCOME_UNKNOWN,
        "the machine printed something else, or not the whole page",
    )


def decide_forgotten_job(attempt: Attempt, status: PrinterStatus) -> MachineAnswer | None:
    """Return what it proves that a machine does not know an attempt of unknown outcome.

    None while its answer does not count. status: as for `decide_missing_job`.
    """
    if status.printer_uuid != attempt.printer_uuid or not remembers_its_jobs(status):
        return None
    may_be_printed = why_it_may_have_been_printed(attempt, attempt.delivered, status)
    return MachineAnswer.FORGOTTEN if may_be_printed else MachineAnswer.NOT_BEGUN


def decide_remembered_job(
    attempt: Attempt, page_sha256: str, found: MachineJob, chip_sha256: str | None = None
) -> MachineAnswer | None:
    """Return what its machine's job proves of an attempt of unknown outcome.

    None while the machine may print it. One completed without the whole page counts as given up as
    long as a person has yet to look.
    """
    if found.phase is MachineJobPhase.CANCELLED_OR_ABORTED:
        return MachineAnswer.GIVEN_UP if found.processing_began else MachineAnswer.NOT_BEGUN
    if found.phase is not MachineJobPhase.COMPLETED:
        return None
    decision = decide_found_job(attempt, page_sha256, found, chip_sha256)
    whole = decision.action is ReconcileAction.RECORD_PRINTED
    is_printed = whole or attempt.outcome is not None
    return MachineAnswer.PRINTED if is_printed else MachineAnswer.GIVEN_UP


def _named(state_reasons: tuple[str, ...]) -> str:
    return f" ({', '.join(state_reasons)})" if state_reasons else ""
