from collections.abc import AsyncIterator

import pytest_asyncio
from printer.domain.job_transitions import JobState

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


async def test_a_page_goes_on_after_the_last_job_of_the_one_before(room: PrintRoom) -> None:
    first, second, third = [(await room.print()).job_id for _ in range(3)]

    async with room.store.read() as records:
        page = await records.jobs.list_after(0, None, 2)
        last_arrival = page[-1][0]
        next_page = await records.jobs.list_after(last_arrival, None, 2)

    assert [job.job_id for _, job in page] == [first, second]
    assert [job.job_id for _, job in next_page] == [third]
