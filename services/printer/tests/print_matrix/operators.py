"""Two honest operators: they look at the book in hand and say what they see."""

from contextlib import suppress
from datetime import datetime

from printer.domain.attribution import Attribution
from printer.domain.errors import IllegalTransition, SecondPersonRequired
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.domain.two_persons import DecisionReason
from printer.store.records import Store
from printer.use_cases.attempt_actions import cancel_print_job, release_print_job
from printer.use_cases.book_in_hand import BookReport
from printer.use_cases.record_findings import (
    Finding,
    RecordFailedAttempt,
    record_good_book,
    record_printed_book,
)
from printer.use_cases.release_after_restore import release_after_restore, restore_findings
from printer.use_cases.zone_reading import read_zone
from servicekit.errors import StaleRevision

SITI = "spiffe://id/office/BJM/user/siti/role/operator"
BUDI = "spiffe://id/office/BJM/user/budi/role/operator"
MRZ = "M" * 88
_NEEDS_A_PERSON = (JobState.QUALITY_CHECK, JobState.UNKNOWN_OUTCOME, JobState.HELD)
_failed_attempt = RecordFailedAttempt(books_per_clearance=3)


async def look_after_jobs(store: Store, printed_serials: set[str], now: datetime) -> None:
    """Do what operators have to do now, if anything.

    printed_serials: of the books that came out of a machine with a page on them.
    """
    for person in (SITI, BUDI):
        await _release_after_restore(store, Attribution(person, now))
    for job in await _jobs(store):
        if job.state in _NEEDS_A_PERSON:
            for person in (SITI, BUDI):
                await _unless_too_late(store, job, printed_serials, Attribution(person, now))


async def act_in_between(store: Store, now: datetime) -> None:
    """Do what an impatient operator may do at any moment: cancel whatever can be cancelled."""
    for job in await _jobs(store):
        async with store.begin() as records:
            if job.state is JobState.QUEUED:
                await cancel_print_job(records, job.job_id, Attribution(BUDI, now), "in between")


async def _jobs(store: Store) -> list[Job]:
    async with store.read() as records:
        return [job for _, job in await records.jobs.list_after(0, None, 100)]


async def _release_after_restore(store: Store, by: Attribution) -> None:
    async with store.read() as records:
        restore, findings = await restore_findings(records)
        machines = {machine.machine_id for machine in await records.machines.all()}
    if restore is not None and machines <= {finding.machine_id for finding in findings}:
        with suppress(SecondPersonRequired):
            async with store.begin() as records:
                await release_after_restore(records, "the machines' ledgers were looked at", by)


async def _unless_too_late(store: Store, job: Job, printed: set[str], by: Attribution) -> None:
    try:
        await _look_after(store, job, printed, by)
    except (IllegalTransition, StaleRevision, SecondPersonRequired):
        return  # the other one, or the service, was faster


async def _look_after(store: Store, job: Job, printed: set[str], by: Attribution) -> None:
    if job.state is JobState.HELD:
        async with store.begin() as records:
            if printed:
                await cancel_print_job(records, job.job_id, by, "its book lies in the tray")
            else:
                await release_print_job(records, job.job_id, DecisionReason.OTHER, "go on", by)
        return
    serial = job.latest_attempt.book_serial
    reason, explanation = DecisionReason.BOOK_BLANK, "looked"
    report = BookReport(
        job_id=job.job_id, book_serial=serial, by=by, reason=reason, explanation=explanation
    )
    if job.state is JobState.QUALITY_CHECK:
        reading = await read_zone(store, report, [MRZ], job.state, "r")
        async with store.begin() as records:
            await record_good_book(records, reading, chip=None)
    else:
        async with store.begin() as records:
            if serial in printed:
                await record_printed_book(records, report)
            else:
                await _failed_attempt(records, report, job.state, Finding.NOT_PRINTED)
