"""The rule by which a passport is printed once: what to make of what a machine knows of a job.

Found: never send again. Absent, and the machine has run on since the intent was recorded a short
while ago: it never had the job, send. Absent, and the machine was restarted, was exchanged or had
the time to forget: nobody can know; a person looks.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum

from printer.domain.job import Attempt
from printer.domain.machine import MachineJob, Phase, Sighting

# Whole seconds and the time answers take let the start of an undisturbed machine seem to move by
# a second and a little; nobody is harmed by a person looking in vain.
_TOLERANCE = timedelta(seconds=2)
# Machines forget jobs that are over, CUPS' ippeveprinter after sixty seconds. Until then a job that
# one does not know is one that it never had.
_REMEMBERED = timedelta(seconds=60)
# Seconds a machine must have run before it is given a job. A restart afterwards moves its start by
# more than 3 seconds, of which rounding hides one: more than the tolerance, always.
SETTLED = 4


class Verdict(Enum):
    """What to do about an attempt."""

    SEND = "send it"
    FOLLOW = "the machine has it; ask again"
    CLEAR = "cancel it at the machine, which has no document of it; ask again"
    PRINTED = "it is printed"
    NOT_PRINTED = "it is certainly not printed"
    UNKNOWN = "a person must look"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with its reason in words."""

    verdict: Verdict
    reason: str = ""


def judge_absent(attempt: Attempt, sent: bool, now: Sighting) -> Judgement:
    """What to do about an attempt that its machine does not know.

    sent: the machine was once seen to have the job. now: must have been seen after the search,
    otherwise a restart between both would pass for an uninterrupted life.
    """
    if sent:
        return Judgement(Verdict.UNKNOWN, "the machine has forgotten a job that it had")
    if not ran_on(attempt, now):
        return Judgement(
            Verdict.UNKNOWN, "the machine was restarted or exchanged after the book was assigned"
        )
    if now.last_contact_at - attempt.asked_at >= _REMEMBERED:
        return Judgement(
            Verdict.UNKNOWN, "the machine may have forgotten a job so long after it was assigned"
        )
    return Judgement(Verdict.SEND)


def ran_on(attempt: Attempt, now: Sighting) -> bool:
    """Whether the machine is the same and has run without a break since the attempt's record.

    Up-time alone does not tell: a machine restarted long ago may have outrun the recorded value.
    So its start, the present less up-time, must not have moved. Slow answers are counted against
    it: the earliest start it can have had then, the latest it can have had now. A start that moved
    back means that our own clock was set back, behind which a restart could hide.
    """
    started = now.last_contact_at - timedelta(seconds=now.up_time)
    started_then = attempt.asked_at - timedelta(seconds=attempt.up_time)
    return (
        now.printer_uuid == attempt.printer_uuid
        and now.up_time >= attempt.up_time
        and abs(started - started_then) <= _TOLERANCE
    )


def judge_found(attempt: Attempt, page_sha256: str, found: MachineJob) -> Judgement:
    """What to do about an attempt of which its machine knows `found`; page_sha256 in hex."""
    match found.phase:
        case Phase.WITHOUT_DOCUMENT:
            return Judgement(Verdict.CLEAR)
        case Phase.WAITING | Phase.PRINTING:
            return Judgement(Verdict.FOLLOW)
        case Phase.GIVEN_UP if not found.began:
            return Judgement(Verdict.NOT_PRINTED, "the machine gave it up before printing began")
        case Phase.GIVEN_UP:
            return Judgement(Verdict.UNKNOWN, "the machine gave it up after printing began")
        case Phase.COMPLETED:
            return _judge_completed(attempt, page_sha256, found.printed_sha256)


def _judge_completed(attempt: Attempt, page_sha256: str, printed: str | None) -> Judgement:
    # Some machines complete a job whose upload was cut: their word counts only if the whole
    # document is known to have arrived.
    if printed == page_sha256 or (printed is None and attempt.delivered):
        return Judgement(Verdict.PRINTED)
    return Judgement(Verdict.UNKNOWN, "the machine printed something else, or not the whole page")
