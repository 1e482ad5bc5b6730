import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web
from passport.printer.v1 import jobs_pb2 as jobs

from .office import TIMEOUT, Office
from .restarting_machine import SEND_DOCUMENT, RestartingMachine
from .simulated_machine import SimulatedMachine


@dataclass(slots=True)
class _HesitatingMachine(RestartingMachine):
    """Passes requests on, and answers to a document only when it may."""

    receiving: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        if int.from_bytes(body[2:4]) == SEND_DOCUMENT:
            self.receiving.set()
            await self.may_answer.wait()
        answer = await self._forward(body)
        return web.Response(body=answer, content_type="application/ipp")


@asynccontextmanager
async def _hesitating_machine(office: Office) -> AsyncIterator[_HesitatingMachine]:
    folder = office.folder / "M1"
    folder.mkdir()
    machine = office.machines["M1"] = SimulatedMachine("M1", folder, books_per_minute=1.0)
    await machine.start()
    way = _HesitatingMachine(machine, restart_after=-1)
    async with way.listening():
        await office.register("M1", way.uri)
        await office.load("M1", "B1000001", 1)
        yield way


async def test_stopped_in_the_middle_of_a_page_the_service_still_learns_that_it_arrived(
    office: Office,
) -> None:
    async with _hesitating_machine(office) as machine:
        job = await office.print()
        async with asyncio.timeout(TIMEOUT):
            await machine.receiving.wait()
        assert office.process is not None

        await office.close_channels()
        stopped = asyncio.create_task(office.process.end(signal.SIGTERM))
        await asyncio.sleep(0.3)  # the signal has arrived
        machine.may_answer.set()
        status = await stopped
        await office.machines["M1"].stop()

    await office.start()
    assert status == 0
    assert (await office.job(job.job_id)).state == jobs.PRINT_JOB_STATE_SENT
