import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.use_cases.change_signal import ChangeSignal
from printer.use_cases.dispatcher import Dispatcher
from printer.use_cases.machine_driver import MachineDriver
from structlog.testing import capture_logs

from .print_room import PrintRoom


class _NoChange(ChangeSignal):
    """Lets those that wait wait for ever, and counts them."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = asyncio.Semaphore(0)

    async def wait_for_change(self, since: int, seconds: float) -> None:
        self.waiting.release()
        await asyncio.Event().wait()


@asynccontextmanager
async def _dispatching(room: PrintRoom, poll_seconds: float = 0.01) -> AsyncIterator[list[str]]:
    """Run a dispatcher during the block; return the ids of the machines that got a driver."""
    driven: list[str] = []

    def make_driver(machine_id: str) -> MachineDriver:
        driven.append(machine_id)
        return room.make_driver(machine_id)

    dispatcher = Dispatcher(room.store, make_driver, room.signal, poll_seconds)
    running = asyncio.create_task(dispatcher.run(asyncio.Event()))
    try:
        yield driven
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _until(room: PrintRoom, job: Job, state: JobState) -> None:
    async with asyncio.timeout(20.0):
        while True:
            if (await room.job(job)).state is state:
                return
            await asyncio.sleep(0.01)


async def _until_asked(room: PrintRoom, times: int) -> None:
    """Wait; the limit is less than a second each, the time that an idle machine is left alone."""
    async with asyncio.timeout(20.0):
        while True:
            if len(room.machine.requests) >= times:
                return
            await asyncio.sleep(0.01)


async def test_a_job_is_sent_and_followed_to_its_end(room: PrintRoom) -> None:
    async with _dispatching(room):
        job = await room.print()
        room.signal.notify()
        await _until(room, job, JobState.SENT)
        room.machine.finish()
        await _until(room, job, JobState.QUALITY_CHECK)


async def test_a_machine_at_work_is_asked_once_a_poll(room: PrintRoom) -> None:
    await room.print()
    await room.step()
    room.machine.requests.clear()

    async with _dispatching(room, poll_seconds=0.2):
        await _until_asked(room, times=1)
        await asyncio.sleep(0.7)

    assert 1 <= room.machine.requests.count("find_job") <= 5


async def test_an_idle_machine_is_left_alone_until_something_changes(room: PrintRoom) -> None:
    async with _dispatching(room):
        await _until_asked(room, times=1)
        await asyncio.sleep(0.5)
        asked = room.machine.requests.count("get_status")
        job = await room.print()
        room.signal.notify()
        await _until(room, job, JobState.SENT)

    assert asked == 1


async def test_a_machine_registered_later_is_driven_too(room: PrintRoom) -> None:
    await room.pause()
    async with _dispatching(room) as driven:
        await asyncio.sleep(0.1)
        await room.add_machine(2)
        job = await room.print()
        room.signal.notify()
        await _until(room, job, JobState.SENT)

    assert len(room.machines["M2"].documents) == 1
    assert driven == ["M1", "M2"]


async def test_a_machine_whose_driver_fails_is_driven_on(room: PrintRoom) -> None:
    job = await room.print()
    room.machine.breaks = True
    with capture_logs():  # Writing a traceback takes longer than the step that failed.
        async with _dispatching(room):
            await _until_asked(room, times=25)
            room.machine.breaks = False
            await _until(room, job, JobState.SENT)


async def test_the_list_of_machines_is_read_again_only_after_a_wait(room: PrintRoom) -> None:
    room.signal = signal = _NoChange()

    async with _dispatching(room), asyncio.timeout(20.0):
        await signal.waiting.acquire()  # for the machine's driver
        await signal.waiting.acquire()  # for who reads the list
