"""A matcher and a printer that answer as a test says."""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime

from issuance.domain.identification_request import IdentificationRequest
from issuance.domain.outbox import OutboxTask
from issuance.domain.print_job_event import PrintJobEvent
from issuance.domain.verification import Verification
from issuance.store.records import Records
from issuance.use_cases.ports import MatcherDecision


async def nothing() -> None:
    """Stand in for a callback whose effect a test does not look at."""


class MatcherAnswers:
    """A matcher that gives one answer to everybody; an answer that is an error is raised."""

    def __init__(
        self,
        answer: MatcherDecision | Exception,
        meanwhile: Callable[[], Awaitable[None]] = nothing,
    ) -> None:
        self._answer = answer
        self._meanwhile = meanwhile

    async def enrol(
        self, task: OutboxTask, asked: IdentificationRequest, fingers: bytes
    ) -> MatcherDecision:
        await self._meanwhile()
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    async def set_encounter_status(self, task: OutboxTask) -> None:
        raise AssertionError("no status is set here")


class MatcherSetsStatuses:
    """A matcher that does whatever it is asked about statuses."""

    async def enrol(
        self, task: OutboxTask, asked: IdentificationRequest, fingers: bytes
    ) -> MatcherDecision:
        raise AssertionError("nobody is enrolled here")

    async def set_encounter_status(self, task: OutboxTask) -> None:
        pass


class MatcherVerifies:
    """A matcher that can only verify. asked: person on record in each call."""

    def __init__(self, verification: Verification) -> None:
        self._verification = verification
        self.asked: list[str] = []

    async def verify(self, task: OutboxTask, person_id: str, fingers: bytes) -> Verification:
        assert fingers == b"fingers"
        self.asked.append(person_id)
        return self._verification


class NoLimits:
    """Slots without an end, whatever outage there is."""

    async def free(
        self, records: Records, offices: Collection[str], now: datetime
    ) -> Mapping[str, int]:
        return dict.fromkeys(offices, 1000)

    async def is_out(self, records: Records, office: str, now: datetime) -> bool:
        return False


class PrinterWithoutJobs:
    """A printer that has no job that anybody asks about."""

    async def get_print_job(self, office: str, job: str) -> PrintJobEvent | None:
        return None

    async def cancel_print_job(self, office: str, job: str, reason: str) -> bool:
        raise AssertionError("nothing is cancelled here")


class PrinterTakesJobs(PrinterWithoutJobs):
    """A printer that takes every job under the id that it is given here."""

    def __init__(self, job: str) -> None:
        self._job = job

    def sign_clearance(
        self,
        task: OutboxTask,
        document_number: str,
        *,
        is_repeated: bool,
        identified_by: str,
    ) -> str:
        return f"clearance for {document_number}"

    async def create_print_job(self, task: OutboxTask) -> str:
        return self._job
