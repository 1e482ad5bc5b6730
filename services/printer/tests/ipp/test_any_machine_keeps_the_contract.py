"""What the service relies on in a machine. A new kind of machine is added to MACHINES."""

import asyncio
import hashlib
import ssl
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_asyncio
from printer.domain.attempt import Attempt
from printer.domain.printer_client import (
    JobSubmission,
    MachineJob,
    MachineJobPhase,
    RequestNotDelivered,
    RequestOutcomeUnknown,
    RequestRefused,
)
from printer.domain.reconciliation import (
    MINIMUM_UP_TIME_SECONDS,
    ReconcileAction,
    decide_found_job,
    ran_without_restart,
)
from printer.ipp import codec
from printer.ipp.client import IppPrinterClient
from printer.ipp.codec import GroupTag, Message, ValueTag, attribute
from printer.ipp.identifiers import Operation
from printer.page.data_page import render

from ..page.pages import a_page  # noqa: TID252
from .machines import (
    SwitchableMachine,
    ippeveprinter,
    simulated_machine,
    simulated_machine_over_tls,
)

MACHINES = {
    "simulated": simulated_machine,
    "simulated over TLS": simulated_machine_over_tls,
    "ippeveprinter": ippeveprinter,
}
TIMEOUT = 60.0


@pytest_asyncio.fixture(
    params=[
        "simulated",
        "simulated over TLS",
        pytest.param("ippeveprinter", marks=pytest.mark.system),
    ]
)
async def machine(
    request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[SwitchableMachine]:
    """Every machine in turn, switched on."""
    async with MACHINES[request.param](tmp_path) as running:
        yield running


@pytest_asyncio.fixture
async def client(machine: SwitchableMachine) -> AsyncIterator[IppPrinterClient]:
    """A client of the machine."""
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield IppPrinterClient(session, machine.uri, TIMEOUT, machine.certificate_sha256)


def a_submission() -> JobSubmission:
    page = render(a_page())
    return JobSubmission(str(uuid.uuid4()), "B000001", page, hashlib.sha256(page).digest())


async def until(client: IppPrinterClient, name: str, phase: MachineJobPhase) -> MachineJob:
    async with asyncio.timeout(TIMEOUT):
        while True:
            job = await client.find_job(name)
            if job is not None and job.phase is phase:
                return job
            await asyncio.sleep(0.05)


async def test_it_reports_who_it_is_and_how_long_it_has_run(client: IppPrinterClient) -> None:
    first = await client.get_status()
    await asyncio.sleep(1.1)  # up-times are whole seconds
    second = await client.get_status()

    assert first.printer_uuid.startswith("urn:uuid:")
    assert second.printer_uuid == first.printer_uuid
    assert second.up_time > first.up_time >= 0
    assert first.idle
    assert not first.has_fault


async def test_a_whole_document_is_printed_and_found_by_its_name(client: IppPrinterClient) -> None:
    submission = a_submission()

    number = await client.create_job(submission)
    await client.send_document(number, submission)
    job = await until(client, submission.name, MachineJobPhase.COMPLETED)

    assert job.processing_began
    assert job.printed_sha256 in (None, submission.document_sha256.hex())
    assert await client.find_job(submission.name, number + 7) == job
    assert await client.find_job("another name") is None


async def test_a_job_without_document_blocks_until_it_is_cancelled(
    client: IppPrinterClient,
) -> None:
    orphan, submission = a_submission(), a_submission()
    await client.create_job(orphan)

    with pytest.raises(RequestRefused):
        await client.create_job(submission)
    [waiting] = await client.pending_jobs()
    await client.cancel_job(waiting.machine_job_id)
    given_up = await until(client, orphan.name, MachineJobPhase.CANCELLED_OR_ABORTED)
    await client.send_document(await client.create_job(submission), submission)

    assert waiting.name == orphan.name
    assert not given_up.processing_began
    await until(client, submission.name, MachineJobPhase.COMPLETED)


async def test_a_cut_upload_is_never_taken_for_a_book(
    machine: SwitchableMachine, client: IppPrinterClient
) -> None:
    submission = a_submission()
    number = await client.create_job(submission)

    await _send_half(machine.uri, number, submission)
    await asyncio.sleep(1.0)  # time enough to print the half, for a machine that would
    job = await client.find_job(submission.name)

    assert job is not None
    action = decide_found_job(_attempt(submission), submission.document_sha256.hex(), job).action
    assert action in (
        ReconcileAction.CANCEL_AT_MACHINE,
        ReconcileAction.REQUEUE,
        ReconcileAction.MARK_OUTCOME_UNKNOWN,
    )


async def test_a_restart_is_noticed(machine: SwitchableMachine, client: IppPrinterClient) -> None:
    submission = a_submission()
    await asyncio.sleep(MINIMUM_UP_TIME_SECONDS)  # no machine gets a job before
    status = await client.get_status()
    attempt = replace(
        _attempt(submission),
        printer_uuid=status.printer_uuid,
        up_time=status.up_time,
        asked_at=status.asked_at,
    )
    ran = ran_without_restart(attempt, await client.get_status())
    await client.send_document(await client.create_job(submission), submission)
    await machine.stop()
    with pytest.raises(RequestNotDelivered):
        await client.get_status()

    await machine.start()

    assert ran
    assert await client.find_job(submission.name) is None
    assert not ran_without_restart(attempt, await client.get_status())


async def test_what_is_no_machine_is_silence() -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, aiohttp.ClientSession() as session:
        with pytest.raises(RequestOutcomeUnknown) as silence:
            await IppPrinterClient(
                session, f"ipp://127.0.0.1:{port}/ipp/print", TIMEOUT
            ).get_status()

    assert not isinstance(silence.value, RequestNotDelivered)


def _attempt(submission: JobSubmission) -> Attempt:
    now = datetime.now(UTC)
    return Attempt(
        attempt_id=submission.name, machine_id="M1", book_serial=submission.book_serial,
        assigned_at=now, printer_uuid="", up_time=1, asked_at=now,
    )  # fmt: skip


async def _send_half(uri: str, number: int, submission: JobSubmission) -> None:
    """Send-Document as far as the middle of the document, then a cut connection."""
    operation = {
        "attributes-charset": attribute(ValueTag.CHARSET, "utf-8"),
        "attributes-natural-language": attribute(ValueTag.LANGUAGE, "en"),
        "printer-uri": attribute(ValueTag.URI, uri),
        "job-id": attribute(ValueTag.INTEGER, number),
        "requesting-user-name": attribute(ValueTag.NAME, "passport-printer"),
        "document-format": attribute(ValueTag.MIME_TYPE, "application/pdf"),
        "last-document": attribute(ValueTag.BOOLEAN, True),
    }
    body = codec.encode(
        Message(Operation.SEND_DOCUMENT, 1, [(GroupTag.OPERATION, operation)], submission.document)
    )
    parts = urlsplit(uri)
    tls = ssl._create_unverified_context() if parts.scheme == "ipps" else None
    _, writer = await asyncio.open_connection(parts.hostname, parts.port, ssl=tls)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/ipp\r\n"
    )
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[: len(body) // 2])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
