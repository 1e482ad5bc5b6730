"""Servicer of passport.printer.v1.PrintJobs."""

from collections.abc import AsyncIterator

from google.protobuf.message import Message
from passport.printer.v1 import jobs_pb2 as pb
from passport.printer.v1 import jobs_pb2_grpc
from passport.type.v1 import civil_pb2
from servicekit.grpc import page_tokens
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock

from printer.domain.clearance import ClearedPage
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.service import decode
from printer.service import encode_jobs as encode
from printer.service.caller import attribution, require_caller_of
from printer.service.idempotent_changes import IdempotentChanges
from printer.store.records import Records, Store
from printer.use_cases.attempt_actions import (
    cancel_print_job,
    confirm_machine_off,
    give_up_attempt,
    release_print_job,
)
from printer.use_cases.book_in_hand import BookReport
from printer.use_cases.create_print_job import CreatePrintJob
from printer.use_cases.read_page_image import ReadPageImage
from printer.use_cases.record_findings import (
    Finding,
    RecordFailedAttempt,
    record_good_book,
    record_printed_book,
)
from printer.use_cases.watch_print_jobs import WatchPrintJobs
from printer.use_cases.zone_reading import ZoneReading, read_zone

_STATES = {number: state for state, number in encode.JOB_STATES.items()}


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
        record_failed_attempt: RecordFailedAttempt,
        read_page_image: ReadPageImage,
    ) -> None:
        self._office = office
        self._store = store
        self._changes = changes
        self._clock = clock
        self._create = create
        self._watch = watch
        self._record_failed_attempt = record_failed_attempt
        self._read_page_image = read_page_image

    def _encode(self, job: Job) -> pb.PrintJob:
        return encode.job(job, self._clock.now())

    async def CreatePrintJob(
        self, request: pb.CreatePrintJobRequest, context: Context
    ) -> pb.PrintJob:
        """Create a job from a clearance and its payload."""

        async def prepare() -> ClearedPage:
            return await self._create.prepare(request.clearance, request.payload)

        async def change(records: Records, cleared: ClearedPage) -> pb.PrintJob:
            priority_class = request.priority_class or civil_pb2.PRIORITY_CLASS_NORMAL
            by = attribution(self._clock)
            return self._encode(await self._create.queue(records, cleared, priority_class, by))

        return await self._changes.prepare_and_make(request, pb.PrintJob, prepare, change)

    async def GetPrintJob(self, request: pb.GetPrintJobRequest, context: Context) -> pb.PrintJob:
        """Return one job."""
        require_caller_of(self._office)
        async with self._store.read() as records:
            return self._encode(await records.jobs.get(request.job_id))

    async def ListPrintJobs(
        self, request: pb.ListPrintJobsRequest, context: Context
    ) -> pb.ListPrintJobsResponse:
        """Return jobs in order of arrival, a page at a time."""
        require_caller_of(self._office)
        after = page_tokens.decode_number(request.page_token)
        size = request.page_size or page_tokens.DEFAULT_PAGE_SIZE
        async with self._store.read() as records:
            found = await records.jobs.list_after(after, _STATES.get(request.state), size + 1)
        return pb.ListPrintJobsResponse(
            jobs=[self._encode(job) for _, job in found[:size]],
            next_page_token=page_tokens.encode_next(found, size, lambda each: each[0]),
        )

    async def WatchPrintJobs(
        self, request: pb.WatchPrintJobsRequest, context: Context
    ) -> AsyncIterator[pb.PrintJobEvent]:
        """Stream jobs as they change."""
        require_caller_of(self._office)
        after = decode.watch_position(request.resume_token)
        async for job, position in self._watch(after):
            event = pb.PrintJobEvent(resume_token=encode.watch_position(position))
            if job is not None:
                event.job.CopyFrom(self._encode(job))
            yield event

    async def CancelPrintJob(
        self, request: pb.CancelPrintJobRequest, context: Context
    ) -> pb.PrintJob:
        """Cancel a job that has no book yet."""

        async def change(records: Records) -> pb.PrintJob:
            by = attribution(self._clock)
            return self._encode(await cancel_print_job(records, request.job_id, by, request.reason))

        return await self._changes.make(request, pb.PrintJob, change)

    async def RecordQualityCheck(
        self, request: pb.RecordQualityCheckRequest, context: Context
    ) -> pb.PrintJob:
        """Record a person's check of a printed book."""
        require_caller_of(self._office)
        report = decode.quality_check(request, attribution(self._clock))
        bad_book, state = decode.bad_book(request), JobState.QUALITY_CHECK
        chip = decode.chip(request)

        async def read() -> ZoneReading:
            zones = [request.mrz] if request.mrz else []
            if request.page_image:
                zones.append(await self._read_page_image(request.page_image))
            return await read_zone(self._store, report, zones, state, request.request_id)

        async def pass_book(records: Records, reading: ZoneReading) -> pb.PrintJob:
            unread = request.chip_unread
            return self._encode(await record_good_book(records, reading, chip, chip_unread=unread))

        if bad_book is not None:
            return await self._record_failure(request, report, state, bad_book)
        return await self._changes.prepare_and_make(request, pb.PrintJob, read, pass_book)

    async def ResolveUnknownOutcome(
        self, request: pb.ResolveUnknownOutcomeRequest, context: Context
    ) -> pb.PrintJob:
        """Record what a person found a book of unknown outcome to be."""
        require_caller_of(self._office)
        report = decode.unknown_outcome(request, attribution(self._clock))
        finding, state = decode.finding(request), JobState.UNKNOWN_OUTCOME

        async def read() -> ZoneReading | BookReport:
            if not request.mrz:
                return report
            return await read_zone(self._store, report, [request.mrz], state, request.request_id)

        async def resolve(records: Records, found: ZoneReading | BookReport) -> pb.PrintJob:
            return self._encode(await record_printed_book(records, found))

        if finding is not Finding.PRINTED:
            return await self._record_failure(request, report, state, finding)
        return await self._changes.prepare_and_make(request, pb.PrintJob, read, resolve)

    async def _record_failure(
        self, request: Message, report: BookReport, state: JobState, finding: Finding
    ) -> pb.PrintJob:
        async def change(records: Records) -> pb.PrintJob:
            return self._encode(await self._record_failed_attempt(records, report, state, finding))

        return await self._changes.make(request, pb.PrintJob, change)

    async def GiveUpAttempt(
        self, request: pb.GiveUpAttemptRequest, context: Context
    ) -> pb.PrintJob:
        """Stop waiting for a machine that has a job."""

        async def change(records: Records) -> pb.PrintJob:
            by = attribution(self._clock)
            job = await give_up_attempt(
                records, request.job_id, request.attempt_id, by, request.reason
            )
            return self._encode(job)

        return await self._changes.make(request, pb.PrintJob, change)

    async def ConfirmMachineOff(
        self, request: pb.ConfirmMachineOffRequest, context: Context
    ) -> pb.PrintJob:
        """Confirm that an attempt of unknown outcome is printed no more."""

        async def change(records: Records) -> pb.PrintJob:
            job = await confirm_machine_off(
                records,
                request.job_id,
                request.attempt_id,
                decode.reason(request),
                request.reason,
                attribution(self._clock),
            )
            return self._encode(job)

        return await self._changes.make(request, pb.PrintJob, change)

    async def ReleasePrintJob(
        self, request: pb.ReleasePrintJobRequest, context: Context
    ) -> pb.PrintJob:
        """Put a held job back into the queue."""

        async def change(records: Records) -> pb.PrintJob:
            reason, by = decode.reason(request), attribution(self._clock)
            job = await release_print_job(records, request.job_id, reason, request.reason, by)
            return self._encode(job)

        return await self._changes.make(request, pb.PrintJob, change)
