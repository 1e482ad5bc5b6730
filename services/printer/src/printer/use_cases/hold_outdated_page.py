"""Hold jobs whose page an earlier version made otherwise than pages are made now."""

from datetime import datetime

from passport.printer.v1 import jobs_pb2 as pb

from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent
from printer.store.records import Records
from printer.use_cases.assign_next_job import Refusal

_REMEDY = "cancel it, so that issuance sends it again once it is approved again"


class HoldOutdatedPage:
    """Says whether a job is to be printed, as `refusal` does and by its page.

    has_chips: whether the books of the office have chips.
    """

    def __init__(self, refusal: Refusal, *, has_chips: bool) -> None:
        self._refusal = refusal
        self._has_chips = has_chips

    async def __call__(
        self, records: Records, job: Job, now: datetime
    ) -> tuple[JobEvent, str] | None:
        """Return what happens to a job that must not be printed, and why; None if it may be."""
        refusal = await self._refusal(records, job, now)
        if refusal is not None:
            return refusal
        payload = await records.printed_data.payload(job.job_id)
        if not pb.PersonalisationData.FromString(payload).portrait:
            return JobEvent.HOLD, f"its page shows a drawn head instead of a portrait: {_REMEDY}"
        if self._has_chips and job.chip_sha256 is None:
            return JobEvent.HOLD, f"it was made before books had chips here: {_REMEDY}"
        return None
