"""A printer whose jobs a test sets: what it has, what it takes, what it refuses."""

from issuance.domain.outbox import OutboxTask
from issuance.domain.print_failure import PrintFailure
from issuance.domain.print_job_event import JobOutcome, PrintJobEvent
from issuance.use_cases.ports import PrintRefused, Unavailable

from .printed_jobs import a_job_of


class ScriptedPrinter:
    """Takes a job for each application it has none of, and names that job otherwise.

    jobs: what it has, by id. is_off: it answers nothing. clearances: those it has taken.
    """

    def __init__(self, *jobs: PrintJobEvent) -> None:
        self.jobs = {job.job: job for job in jobs}
        self.is_off = False
        self.clearances: list[str] = []
        self.cancelled: list[str] = []

    async def create_print_job(self, task: OutboxTask) -> str:
        self._answers()
        for job in self.jobs.values():
            if job.case == task.case and job.outcome is not JobOutcome.FAILED:
                raise PrintRefused(PrintFailure("DOCUMENT_ALREADY_CLEARED", "", "used"), job.job)
        job_id = f"job-{len(self.jobs) + 1}"
        self.clearances.append(task.clearance)
        self.jobs[job_id] = a_job_of(task, job_id)
        return job_id

    async def get_print_job(self, office: str, job: str) -> PrintJobEvent | None:
        self._answers()
        return self.jobs.get(job)

    async def cancel_print_job(self, office: str, job: str, reason: str) -> bool:
        self._answers()
        self.cancelled.append(job)
        return True

    def _answers(self) -> None:
        if self.is_off:
            raise Unavailable("it is off")
