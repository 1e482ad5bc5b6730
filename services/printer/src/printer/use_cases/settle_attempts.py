"""Ask a machine that answers for all attempts that it may still have, and cancel them there.

Before that it gets no job, and their jobs are given to no other machine.
"""

import structlog
from servicekit.process.clock import Clock

from printer.domain.attempt import Attempt, AttemptOutcome
from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.domain.book import Book, BookTransition
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent, JobState
from printer.domain.printer_client import (
    PENDING_PHASES,
    MachineJob,
    MachineJobPhase,
    PrinterClient,
    PrinterStatus,
    RequestRefused,
)
from printer.domain.reconciliation import (
    decide_forgotten_job,
    decide_remembered_job,
    remembers_its_jobs,
)
from printer.domain.settlement import MachineAnswer, Settlement
from printer.domain.two_persons import ProposalOutcome, ProposedAction
from printer.store.records import Records, Store
from printer.use_cases.apply_transition import apply_transition
from printer.use_cases.change_signal import ChangeSignal
from printer.use_cases.set_book_aside import set_book_aside

_log = structlog.get_logger(__name__)
_UNFINISHED = (*PENDING_PHASES, MachineJobPhase.PROCESSING)
_WAITING = (JobState.QUEUED, JobState.HELD)
# What persons may have proposed before the machine answered; they have to look again.
_OUTDATED = (ProposedAction.CONFIRM_MACHINE_OFF, ProposedAction.PRINT_AGAIN)


class SettleAttempts:
    """Settles attempts of unknown outcome at their machine."""

    def __init__(self, store: Store, clock: Clock, signal: ChangeSignal) -> None:
        self._store = store
        self._clock = clock
        self._signal = signal

    async def __call__(self, client: PrinterClient, status: PrinterStatus) -> bool:
        """Return whether the machine has answered for each of them.

        status: the machine's, just read. The answers of a machine that has only just been started
        do not count. Raises what the client raises.
        """
        async with self._store.read() as records:
            waiting = await records.jobs.to_be_settled(status.printer_uuid)
        if waiting and not remembers_its_jobs(status):
            return False
        return all([await self._settle(client, job, attempt) for job, attempt in waiting])

    async def _settle(self, client: PrinterClient, job: Job, attempt: Attempt) -> bool:
        answer = await _ask(client, job, attempt)
        if answer is None:
            return False
        by = Attribution(PRINTER_SERVICE, self._clock.now())
        async with self._store.begin() as records:
            await _record_answer(records, job, attempt, answer, by)
        self._signal.notify()
        return True


async def record_settlement(
    records: Records,
    job: Job,
    attempt: Attempt,
    settlement: Settlement,
    reason: str,
    by: Attribution,
) -> Job:
    """Record how an attempt of a job as it was read is settled.

    reason: for people. Raises StaleRevision if the job has changed since.
    """
    settled = job.with_settlement(attempt.attempt_id, settlement).after_remark()
    job = await records.jobs.save(
        settled, JobEvent.SETTLE, by, f"attempt {attempt.attempt_id}: {reason}"
    )
    if job.proposal and job.proposal.action in _OUTDATED:
        await records.proposals.end(job.proposal.subject, ProposalOutcome.WITHDRAWN)
    return job


async def _ask(client: PrinterClient, job: Job, attempt: Attempt) -> MachineAnswer | None:
    found = await _find_cancelled(client, attempt.attempt_id)
    if found is None:
        # Asked after the search: a restart between the two must not go unnoticed.
        return decide_forgotten_job(attempt, await client.get_status())
    chip_sha256 = job.chip_sha256.hex() if job.chip_sha256 else None
    return decide_remembered_job(attempt, job.page_sha256.hex(), found, chip_sha256)


async def _record_answer(
    records: Records, job: Job, attempt: Attempt, answer: MachineAnswer, by: Attribution
) -> None:
    """Record what a machine has answered for an attempt, and what follows from it."""
    job = await record_settlement(records, job, attempt, answer.settlement, answer.value, by)
    match answer:
        case MachineAnswer.PRINTED:
            await _record_print(records, job, attempt, by)
        case MachineAnswer.FORGOTTEN if attempt.is_unsettled and attempt.outcome is not None:
            reason = f"machine {attempt.machine_id} has forgotten it: look again"
            await _look_again(records, job, attempt, JobEvent.MARK_OUTCOME_UNKNOWN, by, reason)
        case MachineAnswer.NOT_BEGUN if attempt.outcome is AttemptOutcome.NOT_PRINTED:
            await _return_to_safe(records, job, attempt, by, answer.value)
        case _:
            # What persons found holds; a book that may be printed, even half, stays quarantined.
            pass


async def _find_cancelled(client: PrinterClient, attempt_id: str) -> MachineJob | None:
    """Return the machine's job of an attempt after cancelling it, as far as the machine does so."""
    found = await client.find_job(attempt_id)
    if found is None or found.phase not in _UNFINISHED:
        return found
    try:
        await client.cancel_job(found.machine_job_id)
    except RequestRefused:
        return found
    return await client.find_job(attempt_id, found.machine_job_id)


async def _return_to_safe(
    records: Records, job: Job, attempt: Attempt, by: Attribution, reason: str
) -> None:
    # Kept quarantined until now; persons may have moved it meanwhile.
    if await records.books.is_quarantined(attempt.book_serial, attempt.attempt_id):
        transition = BookTransition.RESOLVE_AS_NOT_PRINTED
        book = Book(attempt.book_serial, transition.target)
        await records.books.apply_transition(transition, book, by, reason, job.job_id)


async def _record_print(records: Records, job: Job, attempt: Attempt, by: Attribution) -> None:
    """Record a page that was printed after its outcome had been unknown; never in silence."""
    machine, serial = attempt.machine_id, attempt.book_serial
    is_kept = await records.books.is_quarantined(serial, attempt.attempt_id)
    if job.state is JobState.UNKNOWN_OUTCOME and _is_latest(job, attempt) and is_kept:
        reason = f"machine {machine} reports it completed"
        await apply_transition(records, job, JobEvent.RESOLVE_AS_PRINTED, by, reason)
        return
    if attempt.outcome in (None, AttemptOutcome.GOOD):
        return
    _log.error("resolved_attempt_was_printed", job=job.job_id, machine=machine, book=serial)
    reason = (
        f"machine {machine} reports book {serial} printed, which a person had found "
        f"{attempt.outcome.value}"
    )
    # A job that waits is held then, so a book that was destroyed is not looked for again.
    is_written_off = attempt.outcome is AttemptOutcome.SPOILED and job.state in _WAITING
    if not is_kept and not is_written_off:
        await set_book_aside(records, serial, machine, attempt.attempt_id, by, reason, job.job_id)
    await _look_again(records, job, attempt, JobEvent.FIND_PRINTED, by, reason)


async def _look_again(
    records: Records, job: Job, attempt: Attempt, event: JobEvent, by: Attribution, reason: str
) -> None:
    """Let a person look at the book again if it is at hand and the job has no other; else hold it.

    event: that makes the outcome unknown again.
    """
    is_kept = await records.books.is_quarantined(attempt.book_serial, attempt.attempt_id)
    if job.state in _WAITING and _is_latest(job, attempt) and is_kept:
        await apply_transition(records, job, event, by, reason)
    elif job.state is JobState.QUEUED:
        await apply_transition(records, job, JobEvent.HOLD, by, reason)


def _is_latest(job: Job, attempt: Attempt) -> bool:
    return attempt.attempt_id == job.latest_attempt.attempt_id
