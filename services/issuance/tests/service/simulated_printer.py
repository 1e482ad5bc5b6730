"""A printer that keeps its contract: it checks clearances and makes a book of each job."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from passport.printer.v1 import jobs_pb2, jobs_pb2_grpc, machines_pb2, machines_pb2_grpc
from passport.type.v1 import civil_pb2
from servicekit.errors import InvalidRequest
from servicekit.grpc.message_checks import validate

from .simulated_neighbour import AnsweredRequests, Context, SimulatedNeighbour, refuse


def _unprintable_field(payload: bytes) -> str | None:
    try:
        validate(jobs_pb2.PersonalisationData.FromString(payload))
    except InvalidRequest as error:
        return error.field
    return None


class SimulatedPrinter(
    SimulatedNeighbour, jobs_pb2_grpc.PrintJobsServicer, machines_pb2_grpc.MachinesServicer
):
    """Checks the clearance of each job and makes its book, immediately or when a test says so.

    books_made: good books by application. clearances_to_expire: how many of the next jobs are
    refused as CLEARANCE_EXPIRED. refuses: the reason for which every job is refused, or empty.
    books_per_working_day: what it measured. timezones_asked: those of the questions for it.
    """

    def __init__(self, pki: Path, office: str, key: Ed25519PublicKey) -> None:
        super().__init__(pki, "printer", office)
        self._office = office
        self._key = key
        self._changed = asyncio.Event()
        self.prints_immediately = True
        self.jobs: dict[str, jobs_pb2.PrintJob] = {}
        self.changes: list[str] = []
        self.portraits: dict[str, bytes] = {}
        self.identified_by: dict[str, str] = {}
        self.last_days: dict[str, civil_pb2.CalendarDate] = {}
        self.document_codes: dict[str, str] = {}
        self.answered = AnsweredRequests()
        self.used_clearances: set[str] = set()
        self.books_made: Counter[str] = Counter()
        self.clearances_to_expire = 0
        self.refuses = ""
        self.books_per_working_day: float | None = None
        self.timezones_asked: list[str] = []

    def add(self, server: grpc.aio.Server) -> None:
        jobs_pb2_grpc.add_PrintJobsServicer_to_server(self, server)
        machines_pb2_grpc.add_MachinesServicer_to_server(self, server)

    @property
    def document_numbers(self) -> list[str]:
        """Document numbers of all jobs, oldest first."""
        return [job.document_number for job in self.jobs.values()]

    def finish(self, job_id: str) -> None:
        """Finish a job with a good book."""
        job = self.jobs[job_id]
        self.books_made[job.application_id] += 1
        job.book_serial = f"B{sum(self.books_made.values()):07d}"
        self._set(job, jobs_pb2.PRINT_JOB_STATE_DONE)

    def cancel(self, job_id: str) -> None:
        """Give a job up for good, as an operator does."""
        self.jobs[job_id].state_reason = "the machine is moved"
        self._set(self.jobs[job_id], jobs_pb2.PRINT_JOB_STATE_CANCELLED)

    def has(self, job: jobs_pb2.PrintJob) -> None:
        """Have a job that nobody here asked for."""
        self.jobs[job.job_id] = job
        self._set(job, jobs_pb2.PRINT_JOB_STATE_QUEUED)

    async def CreatePrintJob(
        self, request: jobs_pb2.CreatePrintJobRequest, context: Context
    ) -> jobs_pb2.PrintJob:
        if (earlier := self.answered.earlier(request)) is not None:
            return earlier  # type: ignore[no-any-return]
        if self.clearances_to_expire:
            self.clearances_to_expire -= 1
            await refuse(context, "FAILED_PRECONDITION", "CLEARANCE_EXPIRED")
        if (field := _unprintable_field(request.payload)) is not None:
            await refuse(context, "INVALID_ARGUMENT", "BAD_PAYLOAD", f"payload.{field}")
        if self.refuses:
            await refuse(context, "FAILED_PRECONDITION", self.refuses)
        claims = self._claims(request)
        assert claims["jti"] not in self.used_clearances, "CLEARANCE_USED"
        self.used_clearances.add(claims["jti"])
        job = jobs_pb2.PrintJob(
            job_id=f"job-{len(self.jobs) + 1}",
            application_id=claims["application_id"],
            document_number=claims["document_number"],
            priority_class=request.priority_class,
            payload_sha256=hashlib.sha256(request.payload).digest(),
            issued_on=jobs_pb2.PersonalisationData.FromString(request.payload).issued_on,
        )
        self.jobs[job.job_id] = job
        self._set(job, jobs_pb2.PRINT_JOB_STATE_QUEUED)
        answer = jobs_pb2.PrintJob.FromString(job.SerializeToString())
        self.answered.keep(request, answer)
        if self.prints_immediately:
            self.finish(job.job_id)
        return answer

    async def GetPrintJob(
        self, request: jobs_pb2.GetPrintJobRequest, context: Context
    ) -> jobs_pb2.PrintJob:
        if request.job_id not in self.jobs:
            await refuse(context, "NOT_FOUND", "JOB_NOT_FOUND")
        return self.jobs[request.job_id]

    async def WatchPrintJobs(
        self, request: jobs_pb2.WatchPrintJobsRequest, context: Context
    ) -> AsyncIterator[jobs_pb2.PrintJobEvent]:
        at = int(request.resume_token or 0)
        if at > len(self.changes):
            await refuse(context, "INVALID_ARGUMENT", "BAD_WATCH_TOKEN")
        while True:
            self._changed.clear()  # first, so that a change during a yield is not slept over
            for job_id in self.changes[at:]:
                at += 1
                yield jobs_pb2.PrintJobEvent(job=self.jobs[job_id], resume_token=str(at))
            await self._changed.wait()

    async def GetThroughput(
        self, request: machines_pb2.GetThroughputRequest, context: Context
    ) -> machines_pb2.GetThroughputResponse:
        self.timezones_asked.append(request.timezone)
        total = machines_pb2.Throughput(books_per_working_day=self.books_per_working_day)
        return machines_pb2.GetThroughputResponse(total=total)

    def _claims(self, request: jobs_pb2.CreatePrintJobRequest) -> dict[str, Any]:
        header = jwt.get_unverified_header(request.clearance)
        assert header["kid"] == "test-key"
        claims: dict[str, Any] = jwt.decode(
            request.clearance, self._key, algorithms=["EdDSA"], options={"verify_exp": False}
        )
        assert claims["payload_sha256"] == hashlib.sha256(request.payload).hexdigest()
        assert claims["office"] == self._office
        data = jobs_pb2.PersonalisationData.FromString(request.payload)
        assert data.document_number == claims["document_number"]
        self.portraits[claims["application_id"]] = data.portrait
        self.last_days[claims["application_id"]] = data.expires_on
        self.document_codes[claims["application_id"]] = data.document_code
        self.identified_by[claims["application_id"]] = claims["identified_by"]
        return claims

    def _set(self, job: jobs_pb2.PrintJob, state: Any) -> None:
        job.state = state
        self.changes.append(job.job_id)
        self._changed.set()
