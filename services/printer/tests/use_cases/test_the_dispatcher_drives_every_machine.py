import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from printer.domain.job import Job, JobState
from printer.use_cases.dispatcher import Dispatcher

from .print_room import PrintRoom


@asynccontextmanager
async def _dispatching(room: PrintRoom, poll_seconds: float = 0.01) -> AsyncIterator[None]:
    dispatcher = Dispatcher(room.store, room.make_driver, room.signal, poll_seconds)
    running = asyncio.create_task(dispatcher.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def _until(room: PrintRoom, job: Job, state: JobState) -> None:
    async with asyncio.timeout(20.0):
        while True:
            if (await room.job(job)).state is state:
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
        await asyncio.sleep(0.7)

    assert 1 <= room.machine.requests.count("find_job") <= 4


async def test_an_idle_machine_is_left_alone_until_something_changes(room: PrintRoom) -> None:
    async with _dispatching(room):
        await asyncio.sleep(0.5)
        asked = room.machine.requests.count("get_status")
        job = await room.print()
        room.signal.notify()
        await _until(room, job, JobState.SENT)

    assert asked == 1


async def test_a_machine_registered_later_is_driven_too(room: PrintRoom) -> None:
    await room.pause()
    async with _dispatching(room):
        await asyncio.sleep(0.1)
        await room.add_machine(2)
        job = await room.print()
        room.signal.notify()
        await _until(room, job, JobState.SENT)

    assert len(room.machines["M2"].documents) == 1


async def test_a_machine_whose_driver_fails_is_driven_on(room: PrintRoom) -> None:
    job = await room.print()
    room.machine.breaks = True
    async with _dispatching(room):
        await asyncio.sleep(0.1)
        room.machine.breaks = False
        await _until(room, job, JobState.SENT)
