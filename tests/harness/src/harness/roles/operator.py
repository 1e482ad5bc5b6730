"""The operators of the print room: books, machines, the check of every book in hand."""

from collections.abc import Sequence
from functools import partial

import grpc
from passport.printer.v1 import admin_pb2, machines_pb2, stock_pb2, two_persons_pb2
from passport.printer.v1 import jobs_pb2 as pb
from passport.printer.v1.admin_pb2_grpc import PrinterAdminStub
from passport.printer.v1.jobs_pb2_grpc import PrintJobsStub
from passport.printer.v1.machines_pb2_grpc import MachinesStub
from passport.printer.v1.stock_pb2_grpc import StockStub

from harness.identities import ADMINISTRATOR, OPERATORS, ClientChannels
from harness.machine_output import MachineOutput, read_mrz
from harness.patient_calls import call_until_answered, pages, reason, run_concurrently
from harness.world.seeds import request_id

_CONCURRENT_CALLS = 8


class Operator:
    """Loads machines, checks printed books, and resolves unknown outcomes at the machine.

    A second operator is at hand for what takes two persons.
    """

    def __init__(
        self, clients: ClientChannels, seed: int, machine_outputs: Sequence[MachineOutput]
    ) -> None:
        channel, second_channel = (clients.channel("printer", who) for who in OPERATORS)
        self._jobs, self._stock = PrintJobsStub(channel), StockStub(channel)
        self._jobs_of_second = PrintJobsStub(second_channel)
        self._balance = PrinterAdminStub(channel)
        self._machines = MachinesStub(clients.channel("printer", ADMINISTRATOR))
        self._trays = {output.machine_id: output for output in machine_outputs}
        self._seed = seed
        self.outcomes_resolved = 0

    async def register(self, machine_id: str, uri: str) -> None:
        """Register a machine (as an administrator)."""
        request = machines_pb2.RegisterMachineRequest(
            request_id=self._id("machine", machine_id, uri), machine_id=machine_id, uri=uri
        )
        await call_until_answered(self._machines.RegisterMachine, request)

    async def fill(self, prefix: str, count: int) -> None:
        """Receive ``count`` books and load three quarters of them, shared among the machines."""
        delivery = stock_pb2.ReceiveBooksRequest(
            request_id=self._id("delivery", prefix),
            books=stock_pb2.BookRange(first_serial=f"{prefix}0000001", count=count),
            delivery_note=f"DN-{prefix}-1",
        )
        await call_until_answered(self._stock.ReceiveBooks, delivery)
        share = count * 3 // 4 // len(self._trays)
        for place, machine_id in enumerate(sorted(self._trays)):
            first = f"{prefix}{1 + place * share:07d}"
            load = stock_pb2.LoadBooksRequest(
                request_id=self._id("load", machine_id, first),
                machine_id=machine_id,
                books=stock_pb2.BookRange(first_serial=first, count=share),
            )
            await call_until_answered(self._stock.LoadBooks, load)

    async def check_and_resolve(self) -> int:
        """Check printed books and resolve unknown outcomes; return how many jobs that concerned."""
        unknown = await self.jobs(pb.PRINT_JOB_STATE_UNKNOWN_OUTCOME)
        await run_concurrently(_CONCURRENT_CALLS, [partial(self._look, job) for job in unknown])
        waiting = await self.jobs(pb.PRINT_JOB_STATE_QUALITY_CHECK)
        await run_concurrently(_CONCURRENT_CALLS, [partial(self._check, job) for job in waiting])
        return len(unknown) + len(waiting)

    async def check(self, application_id: str) -> None:
        """Check the printed book of one application."""
        for job in await self.jobs(pb.PRINT_JOB_STATE_QUALITY_CHECK):
            if job.application_id == application_id:
                await self._check(job)

    async def jobs(
        self, state: "pb.PrintJobState.ValueType" = pb.PRINT_JOB_STATE_UNSPECIFIED
    ) -> list[pb.PrintJob]:
        """Return jobs in a state, or all, oldest first."""

        async def fetch(token: str) -> tuple[list[pb.PrintJob], str]:
            request = pb.ListPrintJobsRequest(state=state, page_size=500, page_token=token)
            answer = await call_until_answered(self._jobs.ListPrintJobs, request)
            return list(answer.jobs), answer.next_page_token

        return await pages(fetch)

    async def books(self) -> list[stock_pb2.Book]:
        """Return every book ever received, by serial."""

        async def fetch(token: str) -> tuple[list[stock_pb2.Book], str]:
            request = stock_pb2.ListBooksRequest(page_size=1000, page_token=token)
            answer = await call_until_answered(self._stock.ListBooks, request)
            return list(answer.books), answer.next_page_token

        return await pages(fetch)

    async def balance(self) -> stock_pb2.BookBalance:
        """Return the number of books by state."""
        return await call_until_answered(self._balance.GetBalance, admin_pb2.GetBalanceRequest())

    async def _check(self, job: pb.PrintJob) -> None:
        """Take the book from the output tray and record what its page and its chip say."""
        attempt = job.attempts[-1]
        tray = self._trays[attempt.machine_id]
        page = tray.page(attempt.book_serial)
        if page is None:
            raise LookupError(f"book {attempt.book_serial} is not in the output tray")
        request = pb.RecordQualityCheckRequest(
            request_id=self._id("check", attempt.attempt_id),
            job_id=job.job_id,
            book_serial=attempt.book_serial,
            mrz=read_mrz(page),
            passed=True,
            chip=tray.chip(attempt.book_serial),
        )
        await call_until_answered(self._jobs.RecordQualityCheck, request)

    async def _look(self, job: pb.PrintJob) -> None:
        """Look into the machine's output tray and record whether the book was printed."""
        attempt = job.attempts[-1]
        printed = self._trays[attempt.machine_id].page(attempt.book_serial) is not None
        request = pb.ResolveUnknownOutcomeRequest(
            # Each look is another one: what was said before the machine was back may not count.
            request_id=self._id("look", attempt.attempt_id, printed, job.revision),
            job_id=job.job_id,
            book_serial=attempt.book_serial,
            finding=pb.FINDING_PRINTED if printed else pb.FINDING_NOT_PRINTED,
            reason="the book is in the output tray" if printed else "the book is blank",
            reason_code=two_persons_pb2.DECISION_REASON_UNSPECIFIED
            if printed
            else two_persons_pb2.DECISION_REASON_BOOK_BLANK,
        )
        people = (self._jobs,) if printed else (self._jobs, self._jobs_of_second)
        try:
            for person in people:
                await call_until_answered(person.ResolveUnknownOutcome, request)
        except grpc.aio.AioRpcError as error:
            # The machine is back and has answered for the attempt itself.
            if reason(error) != "ILLEGAL_TRANSITION":
                raise
        else:
            self.outcomes_resolved += 1

    def _id(self, *parts: object) -> str:
        return request_id(self._seed, "print room", *parts)
