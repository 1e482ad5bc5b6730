"""Erase what was printed, or never can be, a number of days later; who printed what when stays."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from servicekit.process.clock import Clock
from servicekit.process.daily_task import run_daily
from servicekit.storage.database import Database

from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent
from printer.domain.settlement import TO_BE_ASKED
from printer.store.records import Records, Store
from printer.use_cases.assign_next_job import Refusal

# Jobs erased in one transaction: each holds a page, and other writers must not wait long.
_BATCH = 100


def erase_personal_data_daily(
    database: Database, clock: Clock, retention_days: int, refusal: Refusal
) -> AbstractAsyncContextManager[None]:
    """Erase what is due while the block runs: immediately, then daily. refusal: see below."""

    async def erase_expired() -> int:
        now = clock.now()
        never = await erase_of_jobs_never_printed(database, now, retention_days, refusal)
        return never + await erase_personal_data(database, now, retention_days)

    return run_daily(erase_expired, done="personal_data_erased", failed="personal_data_not_erased")


async def erase_personal_data(database: Database, now: datetime, retention_days: int) -> int:
    """Erase payload, page and machine readable zone of jobs that ended so many days ago.

    now: business time. Returns how many jobs there were. May be interrupted and repeated.
    """
    erased, store = 0, Store(database)
    ended_before = now - timedelta(days=retention_days)
    while True:
        async with store.begin() as records:
            batch = await records.printed_data.erase(ended_before, now, _BATCH)
        erased += batch
        if batch < _BATCH:
            break
    if erased:
        await database.overwrite_deleted()
    return erased


async def erase_of_jobs_never_printed(
    database: Database, now: datetime, retention_days: int, refusal: Refusal
) -> int:
    """Erase the same of jobs that wait since so many days, and whose clearance is void for good.

    Without a machine, or held, they may wait for ever; when they are assigned, they fail. now:
    business time. refusal: returns what happens to a job that must not be printed any more. Returns
    how many jobs there were.
    """
    store, created_before = Store(database), now - timedelta(days=retention_days)
    async with store.read() as records:
        void = [
            job_id
            for job_id in await records.printed_data.of_waiting_jobs(created_before)
            if await _is_void(records, await records.jobs.get(job_id), now, refusal)
        ]
    erased = 0
    for first in range(0, len(void), _BATCH):
        async with store.begin() as records:
            erased += await records.printed_data.erase_of(void[first : first + _BATCH], now)
    if erased:
        await database.overwrite_deleted()
    return erased


async def _is_void(records: Records, job: Job, now: datetime, refusal: Refusal) -> bool:
    # Its machine may yet report a page that must be checked.
    if any(attempt.settlement in TO_BE_ASKED for attempt in job.attempts):
        return False
    refused = await refusal(records, job, now)
    return refused is not None and refused[0] is JobEvent.FAIL
