"""The printers of the offices, by their contract."""

from collections.abc import AsyncIterator, Mapping

import grpc
from passport.printer.v1 import jobs_pb2 as pb
from passport.printer.v1 import jobs_pb2_grpc

from issuance.clients.answers import failure
from issuance.clients.clearance import Clearances
from issuance.domain.owed import Owed
from issuance.use_cases.identify import Away
from issuance.use_cases.printing import ClearanceExpired, Fate, JobEvent, TokenRefused
from issuance.wire import PRIORITY_CLASSES

_REFUSED = frozenset({"BAD_WATCH_TOKEN", "TOKEN_EXPIRED"})
_FATES = {pb.PRINT_JOB_STATE_DONE: Fate.DONE, pb.PRINT_JOB_STATE_CANCELLED: Fate.GIVEN_UP}


class GrpcPrinters:
    """Implements `use_cases.printing.Printer`. channels: by office. timeout: seconds."""

    def __init__(
        self, channels: Mapping[str, grpc.aio.Channel], clearances: Clearances, timeout: float
    ) -> None:
        self._jobs = {
            office: jobs_pb2_grpc.PrintJobsStub(channel) for office, channel in channels.items()
        }
        self._clearances = clearances
        self._timeout = timeout

    @property
    def offices(self) -> list[str]:
        """Offices that have a printer."""
        return sorted(self._jobs)

    def clear(self, owed: Owed, document_number: str) -> str:
        """Leave to make this book, and no other."""
        return self._clearances.sign(owed, document_number)

    async def create(self, owed: Owed) -> str:
        """Hand the job over."""
        request = pb.CreatePrintJobRequest(
            request_id=owed.request_id,
            clearance=owed.clearance,
            payload=owed.payload,
            priority_class=PRIORITY_CLASSES[owed.priority_class],
        )
        if owed.office not in self._jobs:
            raise Away(f"office {owed.office} has no printer")
        try:
            job = await self._jobs[owed.office].CreatePrintJob(request, timeout=self._timeout)
        except grpc.aio.AioRpcError as error:
            found = failure(error)
            if found.reason == "CLEARANCE_EXPIRED":
                raise ClearanceExpired from error
            raise found.away() from error
        return job.job_id

    async def watch(self, office: str, token: str) -> AsyncIterator[JobEvent]:
        """What happens to the office's jobs, from a token on.

        Raises Away when it breaks off, TokenRefused when one must begin anew.
        """
        request = pb.WatchPrintJobsRequest(resume_token=token)
        try:
            async for event in self._jobs[office].WatchPrintJobs(request):
                yield _event(event)
        except grpc.aio.AioRpcError as error:
            found = failure(error)
            if found.reason in _REFUSED:
                raise TokenRefused(found.message) from error
            raise found.away() from error


def _event(event: pb.PrintJobEvent) -> JobEvent:
    job = event.job
    return JobEvent(
        token=event.resume_token,
        job=job.job_id,
        case=job.application_id,
        fate=_FATES.get(job.state, Fate.UNDER_WAY),
        book_serial=job.book_serial,
    )
