"""passport.printer.v1.PrintJobs."""

from collections.abc import AsyncIterator

from passport.printer.v1 import jobs_pb2 as pb
from passport.printer.v1 import jobs_pb2_grpc
from passport.type.v1 import civil_pb2
from servicekit.grpc import page_tokens
from servicekit.grpc.server import Context

from printer.domain.errors import BadWatchToken
from printer.service import encode
from printer.service.desk import Desk
from printer.use_cases.create_print_job import CreatePrintJob, Prepared
from printer.use_cases.inspect_books import (
    Finding,
    cancel_print_job,
    check_quality,
    resolve_unknown_outcome,
)
from printer.use_cases.records import Records
from printer.use_cases.watch import WatchPrintJobs

_STATES = {number: state for state, number in encode.JOB_STATES.items()}
_FINDINGS = {pb.Finding.Value(f"FINDING_{finding.name}"): finding for finding in Finding}
_PAGE_SIZE = 100


class PrintJobs(jobs_pb2_grpc.PrintJobsServicer):
    """Print jobs of one office."""

    def __init__(self, desk: Desk, create: CreatePrintJob, watch: WatchPrintJobs) -> None:
        self._desk = desk
        self._create = create
        self._watch = watch

    async def CreatePrintJob(
        self, request: pb.CreatePrintJobRequest, context: Context
    ) -> pb.PrintJob:
        """Take a job."""

        async def prepare() -> Prepared:
            return await self._create.prepare(request.clearance, request.payload)

        async def act(records: Records, prepared: Prepared) -> pb.PrintJob:
            priority_class = request.priority_class or civil_pb2.PRIORITY_CLASS_NORMAL
            return encode.job(await self._create.queue(records, prepared, priority_class))

        return await self._desk.prepared_change(request, pb.PrintJob, prepare, act)

    async def GetPrintJob(self, request: pb.GetPrintJobRequest, context: Context) -> pb.PrintJob:
        """One job."""
        self._desk.admit()
        async with self._desk.store.read() as records:
            return encode.job(await records.jobs.get(request.job_id))

    async def ListPrintJobs(
        self, request: pb.ListPrintJobsRequest, context: Context
    ) -> pb.ListPrintJobsResponse:
        """Jobs, oldest first."""
        self._desk.admit()
        after = page_tokens.decode_number(request.page_token)
        size = request.page_size or _PAGE_SIZE
        async with self._desk.store.read() as records:
            found = await records.jobs.listed(_STATES.get(request.state), after, size)
        more = page_tokens.encode(found[-1][0]) if len(found) == size else ""
        return pb.ListPrintJobsResponse(
            jobs=[encode.job(job) for _, job in found], next_page_token=more
        )

    async def WatchPrintJobs(
        self, request: pb.WatchPrintJobsRequest, context: Context
    ) -> AsyncIterator[pb.PrintJobEvent]:
        """Jobs as they change."""
        self._desk.admit()
        after = page_tokens.decode_number(request.resume_token, BadWatchToken, "resume_token")
        async for job, change in self._watch(after):
            event = pb.PrintJobEvent(resume_token=page_tokens.encode(change))
            if job is not None:
                event.job.CopyFrom(encode.job(job))
            yield event

    async def CancelPrintJob(
        self, request: pb.CancelPrintJobRequest, context: Context
    ) -> pb.PrintJob:
        """Give a job up."""

        async def act(records: Records) -> pb.PrintJob:
            note = self._desk.note(request.reason)
            return encode.job(await cancel_print_job(records, request.job_id, note))

        return await self._desk.change(request, pb.PrintJob, act)

    async def RecordQualityCheck(
        self, request: pb.RecordQualityCheckRequest, context: Context
    ) -> pb.PrintJob:
        """Record what the operator found."""

        async def act(records: Records) -> pb.PrintJob:
            job = await check_quality(
                records,
                request.job_id,
                request.book_serial,
                request.mrz,
                passed=request.passed,
                note=self._desk.note(request.defect),
            )
            return encode.job(job)

        return await self._desk.change(request, pb.PrintJob, act)

    async def ResolveUnknownOutcome(
        self, request: pb.ResolveUnknownOutcomeRequest, context: Context
    ) -> pb.PrintJob:
        """Record what a person found at the machine."""

        async def act(records: Records) -> pb.PrintJob:
            job = await resolve_unknown_outcome(
                records,
                request.job_id,
                request.book_serial,
                _FINDINGS[request.finding],
                self._desk.note(request.reason),
            )
            return encode.job(job)

        return await self._desk.change(request, pb.PrintJob, act)
