"""A machine in the test's own process, whose restarts and lost answers a test arranges."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from printer.domain.printer_client import (
    PENDING_PHASES,
    JobSubmission,
    MachineJob,
    MachineJobPhase,
    MachineUnavailable,
    PrinterStatus,
    RequestOutcomeUnknown,
    RequestRefused,
)

NOON = datetime(2018, 11, 5, 4, 0, tzinfo=UTC)
_NOT_BEGUN = (MachineJobPhase.AWAITING_DOCUMENT, MachineJobPhase.PENDING)
_OVER = (MachineJobPhase.COMPLETED, MachineJobPhase.CANCELLED_OR_ABORTED)


@dataclass(slots=True)
class ScriptedMachine:
    """A PrinterClient and its machine in one. It prints a job only when `finish` is called.

    seconds: seconds since noon, now. started: when it was switched on, on the same scale.
    unavailable: raised by every request, before anything is done. fails: the same, by name of the
    request. answer_lost: name of the request that is carried out and then not answered, once.
    breaks: whether its client fails as no client should. reports_idle: overrides what its jobs say.
    refused_documents: those for which it creates no job. aborted_books: serials of those on which
    it aborts before it prints. documents: names of the jobs whose document it received, restarts
    included: a name that is there twice would be two passports.
    """

    seconds: Callable[[], float]
    started: float = -100.0
    printer_uuid: str = "urn:uuid:1"
    unavailable: type[MachineUnavailable] | None = None
    fails: dict[str, type[MachineUnavailable | RequestRefused]] = field(default_factory=dict)
    answer_lost: str = ""
    breaks: bool = False
    reports_idle: bool | None = None
    accepting_jobs: bool = True
    stopped: bool = False
    state_reasons: tuple[str, ...] = ()
    refused_documents: set[bytes] = field(default_factory=set)
    aborted_books: set[str] = field(default_factory=set)
    jobs: list[MachineJob] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    expected_ids: list[int | None] = field(default_factory=list)
    documents: list[str] = field(default_factory=list)
    _restart_after: int | None = None

    def restart(self) -> None:
        """Switch it off and on: it forgets its jobs, and its up-time begins anew."""
        self.jobs.clear()
        self.started = self.seconds()

    def restart_after(self, requests: int) -> None:
        """Restart it once it has answered so many requests more."""
        self._restart_after = requests
        self._restart_if_due()

    def finish(self) -> None:
        """Complete its latest job."""
        self.set_phase(self.jobs[-1].machine_job_id, MachineJobPhase.COMPLETED)

    def add_job(
        self, name: str, phase: MachineJobPhase, book_serial: str | None = None
    ) -> MachineJob:
        """Put a job into its memory, as if somebody had created it."""
        began = phase not in _NOT_BEGUN
        job = MachineJob(len(self.jobs) + 1, name, phase, began, None, book_serial=book_serial)
        self.jobs.append(job)
        return job

    def set_phase(self, machine_job_id: int, phase: MachineJobPhase) -> None:
        """Bring one of its jobs into a phase."""
        job = self.jobs[machine_job_id - 1]
        self.jobs[machine_job_id - 1] = replace(
            job, phase=phase, processing_began=phase not in _NOT_BEGUN
        )

    async def get_status(self) -> PrinterStatus:
        """See PrinterClient."""
        self._begin("get_status")
        busy = any(job.phase not in _OVER for job in self.jobs)
        now = NOON + timedelta(seconds=self.seconds())
        status = PrinterStatus(
            printer_uuid=self.printer_uuid,
            up_time=int(self.seconds() - self.started) + 1,
            asked_at=now,
            answered_at=now,
            idle=not busy if self.reports_idle is None else self.reports_idle,
            stopped=self.stopped,
            accepting_jobs=self.accepting_jobs,
            state_reasons=self.state_reasons,
        )
        self._end("get_status")
        return status

    async def find_job(self, name: str, expected_id: int | None = None) -> MachineJob | None:
        """See PrinterClient."""
        self._begin("find_job")
        self.expected_ids.append(expected_id)
        found = next((job for job in self.jobs if job.name == name), None)
        self._end("find_job")
        return found

    async def pending_jobs(self) -> list[MachineJob]:
        """See PrinterClient."""
        self._begin("pending_jobs")
        pending = [job for job in self.jobs if job.phase in PENDING_PHASES]
        self._end("pending_jobs")
        return pending

    async def all_jobs(self) -> list[MachineJob]:
        """See PrinterClient; not among its `requests`."""
        if self.unavailable is not None:
            raise self.unavailable("no answer")
        return list(self.jobs)

    async def create_job(self, submission: JobSubmission) -> int:
        """See PrinterClient; refused while another job is not over."""
        self._begin("create_job")
        if submission.document in self.refused_documents:
            raise RequestRefused("bad page")
        if any(job.phase not in _OVER for job in self.jobs):
            raise RequestRefused("busy")
        job = self.add_job(
            submission.name, MachineJobPhase.AWAITING_DOCUMENT, submission.book_serial
        )
        self._end("create_job")
        return job.machine_job_id

    async def send_document(self, machine_job_id: int, submission: JobSubmission) -> None:
        """See PrinterClient; printing begins."""
        self._begin("send_document")
        self.documents.append(submission.name)
        if submission.book_serial in self.aborted_books:
            await self.cancel_job(machine_job_id)
        else:
            self.set_phase(machine_job_id, MachineJobPhase.PROCESSING)
        self._end("send_document")

    async def cancel_job(self, machine_job_id: int) -> None:
        """See PrinterClient."""
        self._begin("cancel_job")
        job = self.jobs[machine_job_id - 1]
        self.jobs[machine_job_id - 1] = replace(job, phase=MachineJobPhase.CANCELLED_OR_ABORTED)
        self._end("cancel_job")

    def _begin(self, request: str) -> None:
        self.requests.append(request)
        if self.breaks:
            raise ZeroDivisionError
        error = self.unavailable or self.fails.get(request)
        if error is not None:
            raise error("no answer")

    def _end(self, request: str) -> None:
        if self._restart_after is not None:
            self._restart_after -= 1
            self._restart_if_due()
        if self.answer_lost == request:
            self.answer_lost = ""
            raise RequestOutcomeUnknown("the answer was lost")

    def _restart_if_due(self) -> None:
        if self._restart_after == 0:
            self._restart_after = None
            self.restart()
