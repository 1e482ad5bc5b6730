import asyncio

from printer.use_cases.change_signal import ChangeSignal
from printer.use_cases.watch_print_jobs import WatchPosition, WatchPrintJobs

from .print_room import PrintRoom


class _CountedWaits(ChangeSignal):
    """Counts how often somebody waits for a change, and lets nobody wait."""

    def __init__(self) -> None:
        super().__init__()
        self.waits = 0

    async def wait_for_change(self, since: int, seconds: float) -> None:
        assert seconds == 1.0
        self.waits += 1


async def test_three_quiet_seconds_bring_a_bookmark_every_time(room: PrintRoom) -> None:
    signal = _CountedWaits()
    messages = WatchPrintJobs(room.store, signal, 3.0)()
    await room.print()

    async with asyncio.timeout(30.0):
        seen = [(await anext(messages), signal.waits) for _ in range(3)]
    [((job, change), waits), first, second] = seen

    assert job is not None
    at_first = WatchPosition(0, 1)
    assert (change, waits) == (at_first, 0)
    assert (first, second) == (((None, at_first), 3), ((None, at_first), 6))


async def test_a_bookmark_comes_first_where_no_job_is_new(room: PrintRoom) -> None:
    signal = _CountedWaits()
    messages = WatchPrintJobs(room.store, signal, 3.0)()

    async with asyncio.timeout(30.0):
        assert await anext(messages) == (None, WatchPosition(0, 0))

    assert signal.waits == 3


async def test_a_job_begins_the_quiet_time_again(room: PrintRoom) -> None:
    class JobAtTheSecondWait(_CountedWaits):
        async def wait_for_change(self, since: int, seconds: float) -> None:
            await super().wait_for_change(since, seconds)
            if self.waits == 2:
                await room.print()

    signal = JobAtTheSecondWait()
    messages = WatchPrintJobs(room.store, signal, 3.0)()

    async with asyncio.timeout(30.0):
        seen = [((await anext(messages))[1].change, signal.waits) for _ in range(2)]

    assert seen == [(1, 2), (1, 5)]
