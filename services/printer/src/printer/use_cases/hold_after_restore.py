"""Hold what may have been printed before a restore of the database, which knows nothing of it."""

from datetime import timedelta

from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.domain.clearance import Clearance
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent
from printer.store.records import Records
from printer.use_cases.apply_transition import apply_transition

# Issuance's clock may be ahead of the one that dated the restore; to hold too much does no harm.
_CLOCK_MARGIN = timedelta(minutes=5)
_REASON = (
    "issuance released it before the database was restored, so its passport may exist: look for "
    "the book, then release the job by two persons, or cancel it"
)


async def hold_if_released_before_restore(
    records: Records, job: Job, clearance: Clearance, by: Attribution
) -> Job:
    """Hold a new job if an earlier one for its passport may have been lost; return the job."""
    if not clearance.is_repeated and await _is_released_after_restore(records, clearance):
        return job
    service = Attribution(PRINTER_SERVICE, by.at)
    return await apply_transition(records, job, JobEvent.HOLD, service, _REASON)


async def _is_released_after_restore(records: Records, clearance: Clearance) -> bool:
    noticed_at = await records.restores.last_noticed_at()
    # A clearance that does not say when its passport was released may be from before.
    released_at = clearance.released_at
    return noticed_at is None or (
        released_at is not None and released_at > noticed_at + _CLOCK_MARGIN
    )
