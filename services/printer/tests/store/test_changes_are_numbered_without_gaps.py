from collections.abc import AsyncIterator

import pytest_asyncio
from printer.domain.job import Job

from ..use_cases.print_room import PrintRoom, a_print_room  # noqa: TID252


@pytest_asyncio.fixture
async def room(database_url: str) -> AsyncIterator[PrintRoom]:
    async with a_print_room(database_url) as opened:
        yield opened


async def _changes(room: PrintRoom, *jobs: Job) -> tuple[list[int], int]:
    """Return the change number of each job as it is now, and the highest in use."""
    now = [(await room.job(job)).change for job in jobs]
    async with room.store.read() as records:
        return now, await records.jobs.last_change()


async def test_each_change_takes_the_next_number(room: PrintRoom) -> None:
    assert await _changes(room) == ([], 0)
    first = await room.print()
    second = await room.print()
    assert await _changes(room, first, second) == ([1, 2], 2)

    await room.step()  # Assigned and sent.

    assert await _changes(room, first, second) == ([4, 2], 4)
