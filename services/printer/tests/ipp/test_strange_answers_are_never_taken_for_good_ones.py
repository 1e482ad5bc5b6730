from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web
from printer.domain.printer_client import MachineJobPhase, RequestOutcomeUnknown
from printer.ipp import codec
from printer.ipp.client import IppPrinterClient
from printer.ipp.codec import Attribute, Attributes, GroupTag, Message, ValueTag, attribute
from printer.ipp.identifiers import IppJobState

UNKNOWN = Attribute(0x12, (b"",))


def a_job(**changes: Attribute) -> Attributes:
    job = {
        "job-id": attribute(ValueTag.INTEGER, 7),
        "job-name": attribute(ValueTag.NAME, "attempt"),
        "job-state": attribute(ValueTag.ENUM, IppJobState.ABORTED),
        "time-at-processing": attribute(ValueTag.NO_VALUE, None),
    }
    return job | {name.replace("_", "-"): value for name, value in changes.items()}


def answering(job: Attributes) -> Callable[[], web.Response]:
    body = codec.encode(Message(0, 1, [(GroupTag.OPERATION, {}), (GroupTag.JOB, job)]))
    return lambda: web.Response(body=body, content_type="application/ipp")


@asynccontextmanager
async def a_machine(answer: Callable[[], web.StreamResponse]) -> AsyncIterator[IppPrinterClient]:
    """A machine that gives the same answer to everything."""

    async def handle(request: web.Request) -> web.StreamResponse:
        await request.read()
        return answer()

    application = web.Application()
    application.router.add_post("/ipp/print", handle)
    application.router.add_route("*", "/elsewhere", _elsewhere)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession() as session:
        yield IppPrinterClient(session, f"ipp://127.0.0.1:{runner.addresses[0][1]}/ipp/print", 5.0)
    await runner.cleanup()


async def _elsewhere(_request: web.Request) -> web.Response:
    return answering(a_job())()


async def test_a_name_with_its_language_is_the_same_name() -> None:
    name = b"\x00\x05en-us\x00\x07attempt"
    job = a_job(job_name=Attribute(ValueTag.NAME_WITH_LANGUAGE, (name,)))

    async with a_machine(answering(job)) as machine:
        found = await machine.find_job("attempt")

    assert found is not None
    assert found.machine_job_id == 7


@pytest.mark.parametrize(
    ("reported", "began"),
    [
        (attribute(ValueTag.NO_VALUE, None), False),
        (UNKNOWN, True),
        (attribute(ValueTag.INTEGER, -5), True),
        (attribute(ValueTag.KEYWORD, "later"), True),
    ],
)
async def test_only_no_value_says_that_printing_never_began(
    reported: Attribute, began: bool
) -> None:
    async with a_machine(answering(a_job(time_at_processing=reported))) as machine:
        found = await machine.find_job("attempt")

    assert found is not None
    assert (found.phase, found.processing_began) == (MachineJobPhase.CANCELLED_OR_ABORTED, began)


@pytest.mark.parametrize(
    "job",
    [
        a_job(job_name=UNKNOWN),
        {name: value for name, value in a_job().items() if name != "job-name"},
        a_job(job_state=attribute(ValueTag.KEYWORD, "completed")),
        a_job(job_id=attribute(ValueTag.BOOLEAN, True)),
    ],
)
async def test_a_job_described_incompletely_does_not_pass_for_another_one(job: Attributes) -> None:
    async with a_machine(answering(job)) as machine:
        with pytest.raises(RequestOutcomeUnknown):
            await machine.find_job("attempt")


async def test_an_answer_without_end_is_cut_off() -> None:
    def endless() -> web.Response:
        return web.Response(body=b"\x00" * 5_000_000, content_type="application/ipp")

    async with a_machine(endless) as machine:
        with pytest.raises(RequestOutcomeUnknown, match="more than"):
            await machine.get_status()


@pytest.mark.parametrize("status", [302, 307, 308])
async def test_a_machine_that_sends_elsewhere_is_not_followed(status: int) -> None:
    def elsewhere() -> web.Response:
        return web.Response(status=status, headers={"Location": "/elsewhere"})

    async with a_machine(elsewhere) as machine:
        with pytest.raises(RequestOutcomeUnknown, match=str(status)):
            await machine.find_job("attempt")


@pytest.mark.parametrize(
    ("reported", "accepting"),
    [
        ({}, True),
        ({"printer-is-accepting-jobs": attribute(ValueTag.BOOLEAN, True)}, True),
        ({"printer-is-accepting-jobs": attribute(ValueTag.BOOLEAN, False)}, False),
        ({"printer-is-accepting-jobs": UNKNOWN}, False),
    ],
)
async def test_a_machine_accepts_jobs_unless_it_says_otherwise(
    reported: Attributes, accepting: bool
) -> None:
    printer = {
        "printer-uuid": attribute(ValueTag.URI, "urn:uuid:1"),
        "printer-up-time": attribute(ValueTag.INTEGER, 9),
        "printer-state": attribute(ValueTag.ENUM, 3),
        "printer-state-reasons": attribute(ValueTag.KEYWORD, "none"),
    }
    body = codec.encode(
        Message(0, 1, [(GroupTag.OPERATION, {}), (GroupTag.PRINTER, printer | reported)])
    )

    async with a_machine(
        lambda: web.Response(body=body, content_type="application/ipp")
    ) as machine:
        status = await machine.get_status()

    assert status.accepting_jobs is accepting
    assert (status.idle, status.stopped, status.state_reasons) == (True, False, ())
