from collections.abc import AsyncIterator

import pytest_asyncio
from printer.domain.job import JobState

from ..use_cases.print_room import PrintRoom, a_print_room  # noqa: TID252


@pytest_asyncio.fixture
async def room(database_url: str) -> AsyncIterator[PrintRoom]:
    async with a_print_room(database_url) as opened:
        yield opened


async def test_of_one_state_or_of_all_in_order_of_arrival(room: PrintRoom) -> None:
    sent, first, second = [(await room.print()).job_id for _ in range(3)]
    await room.step()

    async with room.store.read() as records:
        found = [
            [job.job_id for _, job in await records.jobs.list_after(0, state, 2)]
            for state in (None, JobState.SENT, JobState.QUEUED, JobState.DONE)
        ]

    assert found == [[sent, first], [sent], [first, second], []]
