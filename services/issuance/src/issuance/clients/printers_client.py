"""Client of the printer services of the offices."""

from collections.abc import AsyncIterator, Mapping

import grpc
from passport.printer.v1 import jobs_pb2 as pb
from passport.printer.v1 import jobs_pb2_grpc

from issuance.clients.call_errors import read_call_error
from issuance.domain.outbox import OutboxTask
from issuance.serialization import PRIORITY_CLASSES
from issuance.use_cases.ports import (
    ClearanceExpired,
    JobOutcome,
    PrintJobEvent,
    ResumeTokenRefused,
    Unavailable,
)

_REFUSED_TOKEN = frozenset({"BAD_WATCH_TOKEN", "TOKEN_EXPIRED"})
_OUTCOMES = {
    pb.PRINT_JOB_STATE_DONE: JobOutcome.DONE,
    pb.PRINT_JOB_STATE_CANCELLED: JobOutcome.GIVEN_UP,
}


class PrintersClient:
    """Implements `ports.Printer` and `ports.PrintJobEvents`.

    channels: by office. timeout: of one call, seconds of real time.
    """

    def __init__(self, channels: Mapping[str, grpc.aio.Channel], timeout: float) -> None:
        self._jobs = {
            office: jobs_pb2_grpc.PrintJobsStub(channel) for office, channel in channels.items()
        }
        self._timeout = timeout

    async def create_print_job(self, task: OutboxTask) -> str:
        """Submit the job to the printer of its office."""
        request = pb.CreatePrintJobRequest(
            request_id=task.request_id,
            clearance=task.clearance,
            payload=task.payload,
            priority_class=PRIORITY_CLASSES[task.priority_class],
        )
        if task.office not in self._jobs:
            raise Unavailable(f"office {task.office} has no printer")
        try:
            job = await self._jobs[task.office].CreatePrintJob(request, timeout=self._timeout)
        except grpc.aio.AioRpcError as error:
            details = read_call_error(error)
            if details.reason == "CLEARANCE_EXPIRED":
                raise ClearanceExpired from error
            raise details.as_unavailable() from error
        return job.job_id

    async def watch_print_jobs(
        self, office: str, resume_token: str
    ) -> AsyncIterator[PrintJobEvent]:
        """Yield what happens to the jobs of an office until the stream breaks off."""
        request = pb.WatchPrintJobsRequest(resume_token=resume_token)
        try:
            async for event in self._jobs[office].WatchPrintJobs(request):
                yield _event(event)
        except grpc.aio.AioRpcError as error:
            details = read_call_error(error)
            if details.reason in _REFUSED_TOKEN:
                raise ResumeTokenRefused(details.message) from error
            raise details.as_unavailable() from error


def _event(event: pb.PrintJobEvent) -> PrintJobEvent:
    job = event.job
    return PrintJobEvent(
        resume_token=event.resume_token,
        job=job.job_id,
        case=job.application_id,
        outcome=_OUTCOMES.get(job.state, JobOutcome.IN_PROGRESS),
        book_serial=job.book_serial,
    )
