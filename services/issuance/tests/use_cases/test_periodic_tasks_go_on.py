"""Work that is repeated as long as the service runs goes on after an error."""

import asyncio

import pytest
from issuance.workers.periodic_task import run_periodically


async def test_work_that_failed_is_done_again() -> None:
    attempts: list[int] = []
    third = asyncio.Event()

    async def work() -> None:
        attempts.append(len(attempts))
        if len(attempts) < 3:
            raise RuntimeError("a bug")
        third.set()

    task = asyncio.create_task(run_periodically("work", work, pause=0.001))
    await asyncio.wait_for(third.wait(), 30)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert attempts[:3] == [0, 1, 2]


async def test_there_is_a_pause_in_between() -> None:
    attempts: list[int] = []

    async def work() -> None:
        attempts.append(len(attempts))

    task = asyncio.create_task(run_periodically("work", work, pause=3600))
    for _ in range(100):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])

    assert attempts == [0]
