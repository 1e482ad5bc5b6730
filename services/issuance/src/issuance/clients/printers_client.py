"""Client of the printer services of the offices."""

from collections.abc import AsyncIterator, Mapping

import grpc
from passport.printer.v1 import jobs_pb2 as pb
from passport.printer.v1 import jobs_pb2_grpc, machines_pb2, machines_pb2_grpc

from issuance.clients.call_errors import CallError, read_call_error
from issuance.domain.outbox import OutboxTask
from issuance.domain.print_failure import JOB_CANCELLED, JOB_FAILED, PrintFailure
from issuance.domain.print_job_event import JobOutcome, PrintJobEvent
from issuance.serialization import PRIORITY_CLASSES, day_of
from issuance.use_cases.ports import ClearanceExpired, PrintRefused, ResumeTokenRefused, Unavailable

HEALTH_SERVICE = "passport.printer.v1.PrintJobs"
"""A printer counts as healthy while this service of it is."""

_REFUSED_TOKEN = frozenset({"BAD_WATCH_TOKEN", "TOKEN_EXPIRED"})
_PERMANENT = frozenset(
    {
        "BAD_PAYLOAD",
        "INVALID_REQUEST",
        "REQUEST_TOO_LARGE",
        "BAD_CLEARANCE",
        "CLEARANCE_BAD_SIGNATURE",
        "CLEARANCE_WRONG_OFFICE",
        "CLEARANCE_PAYLOAD_MISMATCH",
        "CLEARANCE_USED",
        "CLEARANCE_REVOKED",
        "DOCUMENT_ALREADY_CLEARED",
    }
)
"""Reasons for which the printer refuses the same job whenever it is sent.

Not CLEARANCE_UNKNOWN_KEY: the printer's administrator may trust the key in an hour.
"""
_NOT_CANCELLED = frozenset(
    {"ILLEGAL_TRANSITION", "ATTEMPT_UNSETTLED", "JOB_NOT_FOUND", "STALE_REVISION"}
)
# Seconds of real time. The rate is shown beside others, and a person waits for them.
_LONGEST_WAIT_FOR_A_RATE = 2.0
_OUTCOMES = {
    pb.PRINT_JOB_STATE_DONE: JobOutcome.DONE,
    pb.PRINT_JOB_STATE_CANCELLED: JobOutcome.FAILED,
    pb.PRINT_JOB_STATE_FAILED: JobOutcome.FAILED,
}
_FAILURES = {
    pb.PRINT_JOB_STATE_CANCELLED: JOB_CANCELLED,
    pb.PRINT_JOB_STATE_FAILED: JOB_FAILED,
}


class PrintersClient:
    """Implements `ports.Printer` and `ports.PrintJobEvents`.

    channels: by office; they may change. timeout: of one call, seconds of real time.
    """

    def __init__(self, channels: Mapping[str, grpc.aio.Channel], timeout: float) -> None:
        self._channels = channels
        self._timeout = timeout

    async def create_print_job(self, task: OutboxTask) -> str:
        """Submit the job to the printer of its office."""
        request = pb.CreatePrintJobRequest(
            request_id=task.request_id,
            clearance=task.clearance,
            payload=task.payload,
            priority_class=PRIORITY_CLASSES[task.priority_class],
        )
        jobs = self._jobs(task.office)
        try:
            job = await jobs.CreatePrintJob(request, timeout=self._timeout)
        except grpc.aio.AioRpcError as error:
            details = read_call_error(error)
            if details.reason == "CLEARANCE_EXPIRED":
                raise ClearanceExpired from error
            if details.reason in _PERMANENT:
                raise PrintRefused(_failure(details), details.job) from error
            raise details.as_unavailable() from error
        return job.job_id

    async def get_print_job(self, office: str, job: str) -> PrintJobEvent | None:
        """Return what the printer of an office says of a job now; None if it has none."""
        request = pb.GetPrintJobRequest(job_id=job)
        try:
            found = await self._jobs(office).GetPrintJob(request, timeout=self._timeout)
        except grpc.aio.AioRpcError as error:
            details = read_call_error(error)
            if details.reason == "JOB_NOT_FOUND":
                return None
            raise details.as_unavailable() from error
        return _event(pb.PrintJobEvent(job=found))

    async def cancel_print_job(self, office: str, job: str, reason: str) -> bool:
        """Cancel a job that has no book; return False if it has one, or is over."""
        request = pb.CancelPrintJobRequest(request_id=f"cancel-{job}", job_id=job, reason=reason)
        try:
            await self._jobs(office).CancelPrintJob(request, timeout=self._timeout)
        except grpc.aio.AioRpcError as error:
            details = read_call_error(error)
            if details.reason in _NOT_CANCELLED:
                return False
            raise details.as_unavailable() from error
        return True

    async def books_per_working_day(self, office: str, timezone: str) -> float | None:
        """Return how many books passed on a working day, measured over the last days.

        timezone: by which days begin and end. None if nothing is measured, or nobody answers soon.
        """
        if office not in self._channels:
            return None
        request = machines_pb2.GetThroughputRequest(timezone=timezone)
        timeout = min(self._timeout, _LONGEST_WAIT_FOR_A_RATE)
        try:
            machines = machines_pb2_grpc.MachinesStub(self._channels[office])
            answer = await machines.GetThroughput(request, timeout=timeout)
        except grpc.aio.AioRpcError:
            return None
        total = answer.total
        measured = total.HasField("books_per_working_day")
        return total.books_per_working_day if measured else None

    async def watch_print_jobs(
        self, office: str, resume_token: str
    ) -> AsyncIterator[PrintJobEvent]:
        """Yield what happens to the jobs of an office until the stream expires or breaks off."""
        request = pb.WatchPrintJobsRequest(resume_token=resume_token)
        try:
            async for event in self._jobs(office).WatchPrintJobs(request):
                yield _event(event)
        except grpc.aio.AioRpcError as error:
            details = read_call_error(error)
            if details.reason == "STREAM_EXPIRED":
                return
            if details.reason in _REFUSED_TOKEN:
                raise ResumeTokenRefused(details.message) from error
            raise details.as_unavailable() from error

    def _jobs(self, office: str) -> "jobs_pb2_grpc.PrintJobsAsyncStub":
        """Return the stub of an office's printer. Raises Unavailable if it has none."""
        if office not in self._channels:
            raise Unavailable(f"office {office} has no printer")
        return jobs_pb2_grpc.PrintJobsStub(self._channels[office])


def _event(event: pb.PrintJobEvent) -> PrintJobEvent:
    job = event.job
    return PrintJobEvent(
        resume_token=event.resume_token,
        job=job.job_id,
        case=job.application_id,
        outcome=_OUTCOMES.get(job.state, JobOutcome.IN_PROGRESS),
        book_serial=job.book_serial,
        failure=PrintFailure(_FAILURES[job.state], "", job.state_reason)
        if job.state in _FAILURES
        else None,
        document_number=job.document_number,
        payload_sha256=job.payload_sha256,
        issued_on=day_of(job.issued_on) if job.HasField("issued_on") else None,
    )


def _failure(details: CallError) -> PrintFailure:
    message = f"{details.message} (job {details.job})" if details.job else details.message
    return PrintFailure(details.reason, details.field.removeprefix("payload."), message)
