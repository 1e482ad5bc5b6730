"""A printing office of real processes: the service under mutual TLS and its machines."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
from google.rpc import error_details_pb2  # type: ignore[import-untyped]
from grpc_status import rpc_status
from passport.printer.v1 import (
    admin_pb2_grpc,
    history_pb2_grpc,
    jobs_pb2_grpc,
    machines_pb2,
    machines_pb2_grpc,
    stock_pb2,
    stock_pb2_grpc,
    two_persons_pb2,
)
from passport.printer.v1 import jobs_pb2 as jobs
from servicekit.grpc.client_channel import open_channel
from servicekit.security.development_certificates import issue_certificate
from servicekit.security.development_document_signer import (
    DocumentSignerFiles,
    issue_document_signer,
)

from .process import Process
from .signed_clearances import OFFICE, Issuance, a_payload, request_id
from .simulated_machine import SimulatedMachine

POLICY = Path(__file__).parents[3] / "deploy" / "policy" / "policy.toml"
TIMEOUT = 60.0
_STUBS = {
    "PrintJobs": jobs_pb2_grpc,
    "Machines": machines_pb2_grpc,
    "Stock": stock_pb2_grpc,
    "History": history_pb2_grpc,
    "PrinterAdmin": admin_pb2_grpc,
}
SETTINGS = {
    "machine_poll_seconds": 0.05,
    "machine_backoff_seconds": 0.1,
    "machine_timeout_seconds": 2.0,
    "job_backoff_seconds": 0.1,
    "log_level": "error",
}


@dataclass(slots=True)
class Office:
    """The service, its machines, and those who call.

    settings: those of the service that differ from SETTINGS, from its next start on.
    """

    folder: Path
    database_url: str
    settings: dict[str, Any] = field(default_factory=dict)
    issuance: Issuance = field(default_factory=Issuance)
    machines: dict[str, SimulatedMachine] = field(default_factory=dict)
    process: Process | None = None
    document_signer: DocumentSignerFiles | None = None
    _channels: list[grpc.aio.Channel] = field(default_factory=list)

    async def start(self, failpoints: str = "") -> None:
        """Start the service over the same database as before."""
        await self.close_channels()
        self.process = await Process.start("serve", "--config", str(self._config(failpoints)))

    async def restart(self, failpoints: str = "") -> None:
        """Kill the service and start it again."""
        assert self.process is not None
        await self.process.end()
        await self.start(failpoints)

    async def machine(self, machine_id: str = "M1", books: int = 10, **settings: Any) -> None:
        """Set up a machine with new books in it."""
        folder = self.folder / machine_id
        folder.mkdir()
        machine = self.machines[machine_id] = SimulatedMachine(machine_id, folder, **settings)
        await machine.start()
        await self.register(machine_id, machine.uri, machine.certificate_sha256)
        if books:
            await self.load(machine_id, f"B{len(self.machines)}000001", books)

    async def register(
        self, machine_id: str, uri: str, certificate_sha256: bytes | None = None
    ) -> None:
        """Register the machine at an address."""
        request = machines_pb2.RegisterMachineRequest(
            request_id=request_id(),
            machine_id=machine_id,
            uri=uri,
            certificate_sha256=certificate_sha256 or b"",
        )
        await self.call("Machines", "RegisterMachine", request, "administrator")

    async def load(self, machine_id: str, first: str, count: int) -> None:
        """Receive new books and load them."""
        serials = stock_pb2.BookRange(first_serial=first, count=count)
        delivery = stock_pb2.ReceiveBooksRequest(
            request_id=request_id(), books=serials, delivery_note="N1"
        )
        await self.call("Stock", "ReceiveBooks", delivery)
        handed = stock_pb2.LoadBooksRequest(
            request_id=request_id(), machine_id=machine_id, books=serials
        )
        await self.call("Stock", "LoadBooks", handed)

    def stub(
        self, service: str, role: str = "operator", office: str = OFFICE, user: str = "siti"
    ) -> Any:
        """Return a stub that calls as a person of a role, or as `service:<name>`."""
        pki = self.folder / "pki"
        if role.startswith("service:"):
            tls = issue_certificate(pki, office=office, service=role.removeprefix("service:"))
        else:
            tls = issue_certificate(pki, office=office, user=user, role=role)
        assert self.process is not None
        opened = open_channel(self.process.address, tls)
        self._channels.append(opened)
        module = _STUBS[service]
        return getattr(module, f"{service}Stub")(opened)

    async def call(
        self, service: str, method: str, request: Any, role: str = "operator", user: str = "siti"
    ) -> Any:
        """Make one call as a person of a role, or as a service."""
        stub = self.stub(service, role, user=user)
        return await getattr(stub, method)(request, timeout=TIMEOUT)

    async def print(self, number: str = "X0000001", **claims: Any) -> jobs.PrintJob:
        """Create a print job as issuance does."""
        order = self.issuance.order(a_payload(number), **claims)
        return await self.job_call("CreatePrintJob", order, "service:issuance")

    async def job_call(
        self, method: str, request: Any, role: str = "operator", user: str = "siti"
    ) -> jobs.PrintJob:
        """Make one call of PrintJobs that returns a job."""
        job = await self.call("PrintJobs", method, request, role, user)
        assert isinstance(job, jobs.PrintJob)
        return job

    async def job(self, job_id: str) -> jobs.PrintJob:
        """Return a job as it is now."""
        return await self.job_call("GetPrintJob", jobs.GetPrintJobRequest(job_id=job_id))

    async def until(self, job_id: str, *states: str) -> jobs.PrintJob:
        """Wait until a job is in one of the states."""
        return await self.wait_for(
            lambda job: (
                jobs.PrintJobState.Name(job.state).removeprefix("PRINT_JOB_STATE_") in states
            ),
            job_id,
        )

    async def wait_for(
        self, condition: Callable[[jobs.PrintJob], bool], job_id: str
    ) -> jobs.PrintJob:
        """Wait until a condition holds of a job."""
        stub: jobs_pb2_grpc.PrintJobsAsyncStub = self.stub("PrintJobs")
        job = jobs.PrintJob()
        try:
            async with asyncio.timeout(TIMEOUT):
                while True:
                    job = await stub.GetPrintJob(jobs.GetPrintJobRequest(job_id=job_id))
                    if condition(job):
                        return job
                    await asyncio.sleep(0.03)
        except TimeoutError:
            raise AssertionError(f"not in time: {job}") from None

    async def until_machine(
        self, machine_id: str, condition: Callable[[machines_pb2.Machine], bool]
    ) -> None:
        """Wait until a condition holds of a machine."""
        async with asyncio.timeout(TIMEOUT):
            while True:
                answer = await self.call(
                    "Machines", "ListMachines", machines_pb2.ListMachinesRequest()
                )
                if any(m.machine_id == machine_id and condition(m) for m in answer.machines):
                    return
                await asyncio.sleep(0.03)

    async def pause(self, machine_id: str) -> None:
        """Give a machine no further jobs."""
        request = machines_pb2.PauseMachineRequest(request_id=request_id(), machine_id=machine_id)
        await self.call("Machines", "PauseMachine", request)

    async def resume(self, machine_id: str) -> None:
        """Give a machine jobs again."""
        request = machines_pb2.ResumeMachineRequest(request_id=request_id(), machine_id=machine_id)
        await self.call("Machines", "ResumeMachine", request)

    async def check_quality(
        self,
        job: jobs.PrintJob,
        *,
        passed: bool = True,
        user: str = "siti",
        role: str = "operator",
        mrz: str | None = None,
        **changes: Any,
    ) -> jobs.PrintJob:
        """Record the quality check of the latest book, as one operator does."""
        attempt = job.attempts[-1]
        if passed and not changes.get("chip_unread"):
            changes = {"chip": self.chip_of(job)} | changes
        request = jobs.RecordQualityCheckRequest(
            request_id=request_id(),
            job_id=job.job_id,
            book_serial=attempt.book_serial,
            mrz=self.machines[attempt.machine_id].zone_of(attempt.book_serial)
            if mrz is None
            else mrz,
            passed=passed,
            defect="" if passed else "smeared",
            reason_code=two_persons_pb2.DECISION_REASON_UNSPECIFIED
            if passed
            else two_persons_pb2.DECISION_REASON_BAD_PRINT,
        )
        request.MergeFrom(jobs.RecordQualityCheckRequest(**changes))
        return await self.job_call("RecordQualityCheck", request, role, user)

    def chip_of(self, job: jobs.PrintJob) -> jobs.ChipFiles | None:
        """Return what a reader reads from the chip of the latest book; None if it has none."""
        attempt = job.attempts[-1]
        machine = self.machines[attempt.machine_id]
        if not machine.has_chip(attempt.book_serial):
            return None
        chip = machine.chip_of(attempt.book_serial)
        return jobs.ChipFiles(com=chip.com, dg1=chip.dg1, dg2=chip.dg2, sod=chip.sod)

    async def spoil(self, job: jobs.PrintJob) -> jobs.PrintJob:
        """Record that two operators found the latest book spoiled."""
        await self.check_quality(job, passed=False, user="siti")
        return await self.check_quality(job, passed=False, user="budi")

    async def resolve(
        self, job: jobs.PrintJob, finding: str, user: str = "siti", **changes: Any
    ) -> jobs.PrintJob:
        """Resolve an unknown outcome with what one person found."""
        request = jobs.ResolveUnknownOutcomeRequest(
            request_id=request_id(),
            job_id=job.job_id,
            book_serial=job.attempts[-1].book_serial,
            finding=f"FINDING_{finding}",  # type: ignore[arg-type]
            reason="looked",
            reason_code=two_persons_pb2.DECISION_REASON_OTHER,
        )
        request.MergeFrom(jobs.ResolveUnknownOutcomeRequest(**changes))
        return await self.job_call("ResolveUnknownOutcome", request, user=user)

    async def resolve_by_two(self, job: jobs.PrintJob, finding: str) -> jobs.PrintJob:
        """Resolve an unknown outcome with what two persons found.

        What a person has found counts no more once the machine answers for the attempt: then the
        other one's call is the first, and has to be confirmed again.
        """
        for user in ("siti", "budi", "siti"):
            job = await self.resolve(job, finding, user)
            if job.state != jobs.PRINT_JOB_STATE_UNKNOWN_OUTCOME:
                return job
        raise AssertionError(f"two persons agreed, and it is not resolved: {job}")

    async def books(self) -> dict[str, stock_pb2.Book]:
        """Return every book, by serial."""
        answer = await self.call("Stock", "ListBooks", stock_pb2.ListBooksRequest(page_size=1000))
        return {book.serial: book for book in answer.books}

    async def assert_agrees_with_the_ledgers(self) -> None:
        """The service's books and the machines' ledgers agree to the last serial."""
        came_out = [line["book_serial"] for m in self.machines.values() for line in m.ledger]
        assert len(set(came_out)) == len(came_out), "a book was printed twice"
        issued = {
            serial
            for serial, book in (await self.books()).items()
            if book.state in (stock_pb2.BOOK_STATE_ISSUED, stock_pb2.BOOK_STATE_SPOILED)
        }
        assert issued == set(came_out)

    async def close_channels(self) -> None:
        """Close the connections to the service."""
        for opened in self._channels:
            await opened.close()
        self._channels.clear()

    async def close(self) -> None:
        """End the service and its machines."""
        await self.close_channels()
        for machine in self.machines.values():
            await machine.stop()
        if self.process is not None:
            await self.process.end()

    def _chip_settings(self) -> dict[str, str]:
        """Settings of the document signer, whose certificates are made on first use."""
        if self.document_signer is None:
            self.document_signer = issue_document_signer(self.folder / "signer", datetime.now(UTC))
        return {
            "document_signer_certificate": str(self.document_signer.certificate),
            "document_signer_key": str(self.document_signer.private_key),
            "csca_certificates": str(self.document_signer.authorities),
        }

    def _config(self, failpoints: str) -> Path:
        server = issue_certificate(self.folder / "pki", office=OFFICE, service="printer")
        self.issuance.trust(self.folder / "keys")
        values = SETTINGS | {
            "office": OFFICE,
            "certificate": str(server.certificate),
            "private_key": str(server.private_key),
            "authority": str(server.authority),
            "policy_file": str(POLICY),
            "database_url": self.database_url,
            "trusted_keys": str(self.folder / "keys"),
            **self._chip_settings(),
            "environment": "test",
            "failpoints": failpoints,
            **self.settings,
        }
        config = self.folder / "printer.toml"
        config.write_text("\n".join(f"{name} = {_toml(value)}" for name, value in values.items()))
        return config


def reason(error: grpc.aio.AioRpcError) -> tuple[str, str]:
    """Return the reason and the field of a refusal; the field is empty if it names none."""
    status = rpc_status.from_call(error)  # type: ignore[arg-type]
    assert status is not None
    info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    for detail in status.details:
        _ = detail.Unpack(info) or detail.Unpack(bad)
    return info.reason, bad.field_violations[0].field if bad.field_violations else ""


def _toml(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)


@asynccontextmanager
async def open_office(folder: Path, database_url: str, **settings: Any) -> AsyncIterator[Office]:
    """Run an office without machines for the time of the block; settings as in Office."""
    office = Office(folder, database_url, settings)
    try:
        await office.start()
        yield office
    finally:
        await office.close()
