import asyncio
from dataclasses import dataclass, field

from printer.domain.job_transitions import JobState
from printer.domain.printer_client import JobSubmission
from printer.use_cases.dispatcher import Dispatcher

from .print_room import PrintRoom
from .scripted_machine import ScriptedMachine


@dataclass(slots=True)
class _SlowMachine(ScriptedMachine):
    """Answers to a document only when it may. receiving: set once it has begun to receive one."""

    receiving: asyncio.Event = field(default_factory=asyncio.Event)
    may_answer: asyncio.Event = field(default_factory=asyncio.Event)

    async def send_document(self, machine_job_id: int, submission: JobSubmission) -> None:
        self.receiving.set()
        await self.may_answer.wait()
        await ScriptedMachine.send_document(self, machine_job_id, submission)


async def test_and_no_other_page_is_begun(room: PrintRoom) -> None:
    machine = room.machines["M1"] = _SlowMachine(lambda: room.seconds)
    sent, waiting = await room.print(), await room.print()
    stopping = asyncio.Event()
    dispatcher = Dispatcher(room.store, room.make_driver, room.signal, poll_seconds=60.0)
    running = asyncio.create_task(dispatcher.run(stopping))
    async with asyncio.timeout(20.0):
        await machine.receiving.wait()

        stopping.set()
        room.signal.notify()
        machine.may_answer.set()
        await running

    assert (await room.job(sent)).state is JobState.SENT
    assert (await room.job(waiting)).state is JobState.QUEUED
    assert len(machine.documents) == 1
