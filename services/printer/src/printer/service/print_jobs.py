"""Servicer of passport.printer.v1.PrintJobs."""

from collections.abc import AsyncIterator

from passport.printer.v1 import jobs_pb2 as pb
from passport.printer.v1 import jobs_pb2_grpc
from passport.type.v1 import civil_pb2
from servicekit.grpc import page_tokens
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock

from printer.domain.clearance import ClearedPage
from printer.domain.errors import BadWatchToken
from printer.service import encode
from printer.service.caller import attribution, require_caller_of
from printer.service.idempotent_changes import IdempotentChanges
from printer.store.records import Records, Store
from printer.use_cases.create_print_job import CreatePrintJob
from printer.use_cases.operator_actions import (
    Finding,
    cancel_print_job,
    record_quality_check,
    resolve_unknown_outcome,
)
from printer.use_cases.watch_print_jobs import WatchPrintJobs

_STATES = {number: state for state, number in encode.JOB_STATES.items()}
_FINDINGS = {pb.Finding.Value(f"FINDING_{finding.name}"): finding for finding in Finding}


class PrintJobs(jobs_pb2_grpc.PrintJobsServicer):
    """Print jobs of one office."""

    def __init__(
        self,
        office: str,
        store: Store,
        changes: IdempotentChanges,
        clock: Clock,
        create: CreatePrintJob,
        watch: WatchPrintJobs,
    ) -> None:
        self._office = office
        self._store = store
        self._changes = changes
        self._clock = clock
        self._create = create
        self._watch = watch

    async def CreatePrintJob(
        self, request: pb.CreatePrintJobRequest, context: Context
    ) -> pb.PrintJob:
        """Create a job from a clearance and its payload."""

        async def prepare() -> ClearedPage:
            return await self._create.prepare(request.clearance, request.payload)

        async def change(records: Records, cleared: ClearedPage) -> pb.PrintJob:
            priority_class = request.priority_class or civil_pb2.PRIORITY_CLASS_NORMAL
            return encode.job(await self._create.queue(records, cleared, priority_class))

        return await self._changes.prepare_and_make(request, pb.PrintJob, prepare, change)

    async def GetPrintJob(self, request: pb.GetPrintJobRequest, context: Context) -> pb.PrintJob:
        """Return one job."""
        require_caller_of(self._office)
        async with self._store.read() as records:
            return encode.job(await records.jobs.get(request.job_id))

    async def ListPrintJobs(
        self, request: pb.ListPrintJobsRequest, context: Context
    ) -> pb.ListPrintJobsResponse:
        """Return jobs in order of arrival, a page at a time."""
        require_caller_of(self._office)
        after = page_tokens.decode_number(request.page_token)
        size = request.page_size or page_tokens.DEFAULT_PAGE_SIZE
        async with self._store.read() as records:
            found = await records.jobs.list_after(after, _STATES.get(request.state), size)
        more = page_tokens.encode(found[-1][0]) if len(found) == size else ""
        return pb.ListPrintJobsResponse(
            jobs=[encode.job(job) for _, job in found], next_page_token=more
        )

    async def WatchPrintJobs(
        self, request: pb.WatchPrintJobsRequest, context: Context
    ) -> AsyncIterator[pb.PrintJobEvent]:
        """Stream jobs as they change."""
        require_caller_of(self._office)
        after = page_tokens.decode_number(request.resume_token, BadWatchToken, "resume_token")
        async for job, change in self._watch(after):
            event = pb.PrintJobEvent(resume_token=page_tokens.encode(change))
            if job is not None:
                event.job.CopyFrom(encode.job(job))
            yield event

    async def CancelPrintJob(
        self, request: pb.CancelPrintJobRequest, context: Context
    ) -> pb.PrintJob:
        """Cancel a job that has no book yet."""

        async def change(records: Records) -> pb.PrintJob:
            by = attribution(self._clock)
            return encode.job(await cancel_print_job(records, request.job_id, by, request.reason))

        return await self._changes.make(request, pb.PrintJob, change)

    async def RecordQualityCheck(
        self, request: pb.RecordQualityCheckRequest, context: Context
    ) -> pb.PrintJob:
        """Record an operator's check of a book."""

        async def change(records: Records) -> pb.PrintJob:
            job = await record_quality_check(
                records,
                request.job_id,
                book_serial=request.book_serial,
                mrz=request.mrz,
                passed=request.passed,
                defect=request.defect,
                by=attribution(self._clock),
            )
            return encode.job(job)

        return await self._changes.make(request, pb.PrintJob, change)

    async def ResolveUnknownOutcome(
        self, request: pb.ResolveUnknownOutcomeRequest, context: Context
    ) -> pb.PrintJob:
        """Record what a person found a book of unknown outcome to be."""

        async def change(records: Records) -> pb.PrintJob:
            job = await resolve_unknown_outcome(
                records,
                request.job_id,
                request.book_serial,
                _FINDINGS[request.finding],
                attribution(self._clock),
                request.reason,
            )
            return encode.job(job)

        return await self._changes.make(request, pb.PrintJob, change)
