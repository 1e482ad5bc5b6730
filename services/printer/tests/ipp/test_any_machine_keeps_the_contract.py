"""What the service relies on in a machine. A new kind of machine is added to MACHINES."""

import asyncio
import hashlib
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
import pytest_asyncio
from printer.domain.job import Attempt
from printer.domain.machine import (
    MachineAbsent,
    MachineJob,
    MachineRefused,
    MachineSilent,
    Order,
    Phase,
)
from printer.domain.reconcile import Verdict, judge_found, ran_on
from printer.ipp import codec
from printer.ipp.client import IppMachine
from printer.ipp.codec import Group, Message, Tag, one
from printer.ipp.words import Operation
from printer.page.data_page import render

from ..page.pages import a_page  # noqa: TID252
from .machines import Switched, ippeveprinter, simulated

MACHINES = {"simulated": simulated, "ippeveprinter": ippeveprinter}
TIMEOUT = 10.0


@pytest_asyncio.fixture(params=MACHINES)
async def machine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Switched]:
    """Every machine in turn, switched on."""
    async with MACHINES[request.param](tmp_path) as running:
        yield running


@pytest_asyncio.fixture
async def link(machine: Switched) -> AsyncIterator[IppMachine]:
    """The way to the machine."""
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(connector=connector) as session:
        yield IppMachine(session, machine.uri, TIMEOUT)


def an_order() -> Order:
    page = render(a_page())
    return Order(str(uuid.uuid4()), "B000001", page, hashlib.sha256(page).digest())


async def until(link: IppMachine, name: str, phase: Phase) -> MachineJob:
    async with asyncio.timeout(TIMEOUT):
        while True:
            job = await link.find(name)
            if job is not None and job.phase is phase:
                return job
            await asyncio.sleep(0.05)


async def test_it_tells_who_it_is_and_how_long_it_runs(link: IppMachine) -> None:
    first = await link.look()
    await asyncio.sleep(1.1)  # up-times are whole seconds
    second = await link.look()

    assert first.printer_uuid.startswith("urn:uuid:")
    assert second.printer_uuid == first.printer_uuid
    assert second.up_time > first.up_time >= 0
    assert first.idle
    assert not first.fault


async def test_a_whole_document_is_printed_and_found_by_its_name(link: IppMachine) -> None:
    order = an_order()

    number = await link.create(order)
    await link.send(number, order)
    job = await until(link, order.name, Phase.COMPLETED)

    assert job.began
    assert job.printed_sha256 in (None, order.document_sha256.hex())
    assert await link.find(order.name, number + 7) == job
    assert await link.find("another name") is None


async def test_a_job_without_document_blocks_until_it_is_cancelled(link: IppMachine) -> None:
    orphan, order = an_order(), an_order()
    await link.create(orphan)

    with pytest.raises(MachineRefused):
        await link.create(order)
    [waiting] = await link.not_begun()
    await link.cancel(waiting.number)
    given_up = await until(link, orphan.name, Phase.GIVEN_UP)
    await link.send(await link.create(order), order)

    assert waiting.name == orphan.name
    assert not given_up.began
    await until(link, order.name, Phase.COMPLETED)


async def test_a_cut_upload_is_never_taken_for_a_book(machine: Switched, link: IppMachine) -> None:
    order = an_order()
    number = await link.create(order)

    await _send_half(machine.uri, number, order)
    await asyncio.sleep(1.0)  # time enough to print the half, for a machine that would
    job = await link.find(order.name)

    assert job is not None
    verdict = judge_found(_attempt(order), order.document_sha256.hex(), job).verdict
    assert verdict in (Verdict.CLEAR, Verdict.NOT_PRINTED, Verdict.UNKNOWN)


async def test_a_restart_is_noticed(machine: Switched, link: IppMachine) -> None:
    order = an_order()
    sighting = await link.look()
    await asyncio.sleep(2.5)
    attempt = replace(
        _attempt(order),
        printer_uuid=sighting.printer_uuid,
        up_time=sighting.up_time,
        asked_at=sighting.asked_at,
    )
    ran = ran_on(attempt, await link.look())
    await link.send(await link.create(order), order)
    await machine.stop()
    with pytest.raises(MachineAbsent):
        await link.look()

    await machine.start()

    assert ran
    assert await link.find(order.name) is None
    assert not ran_on(attempt, await link.look())


async def test_what_is_no_machine_is_silence() -> None:
    async def babble(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, aiohttp.ClientSession() as session:
        with pytest.raises(MachineSilent) as silence:
            await IppMachine(session, f"ipp://127.0.0.1:{port}/ipp/print", TIMEOUT).look()

    assert not isinstance(silence.value, MachineAbsent)


def _attempt(order: Order) -> Attempt:
    now = datetime.now(UTC)
    return Attempt(
        attempt_id=order.name, machine_id="M1", book_serial=order.book_serial, assigned_at=now,
        printer_uuid="", up_time=1, asked_at=now,
    )  # fmt: skip


async def _send_half(uri: str, number: int, order: Order) -> None:
    """Send-Document as far as the middle of the document, then a cut connection."""
    operation = {
        "attributes-charset": one(Tag.CHARSET, "utf-8"),
        "attributes-natural-language": one(Tag.LANGUAGE, "en"),
        "printer-uri": one(Tag.URI, uri),
        "job-id": one(Tag.INTEGER, number),
        "requesting-user-name": one(Tag.NAME, "passport-printer"),
        "document-format": one(Tag.MIME_TYPE, "application/pdf"),
        "last-document": one(Tag.BOOLEAN, True),
    }
    body = codec.encode(
        Message(Operation.SEND_DOCUMENT, 1, [(Group.OPERATION, operation)], order.document)
    )
    parts = urlsplit(uri)
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = (
        f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/ipp\r\n"
    )
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body[: len(body) // 2])
    await writer.drain()
    writer.close()
    await writer.wait_closed()
