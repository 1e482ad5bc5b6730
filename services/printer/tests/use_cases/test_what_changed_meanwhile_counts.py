from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from printer.domain.attribution import Attribution
from printer.domain.book import BookState
from printer.domain.job_transitions import JobEvent, JobState
from printer.store.records import Records, Store
from printer.use_cases.assign_next_job import AssignNextJob
from printer.use_cases.attempt_actions import cancel_print_job
from servicekit.errors import StaleRevision

from .print_room import OPERATOR, RETRY, PrintRoom
from .scripted_machine import NOON

BY = Attribution(OPERATOR, NOON)


class _ReadAndThen(Store):
    """A store to which something happens each time after it was read."""

    def __init__(self, room: PrintRoom, happens: Callable[[], Awaitable[object]]) -> None:
        super().__init__(room.database)
        self._happens = happens

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Records]:
        async with super().read() as records:
            yield records
        await self._happens()


async def test_a_job_cancelled_just_before_it_is_assigned_is_not_assigned(room: PrintRoom) -> None:
    job = await room.print()
    await room.pause()
    await room.step()  # so that the machine is known to be ready
    await room.resume()

    async def cancel() -> None:
        async with room.store.begin() as records:
            await cancel_print_job(records, job.job_id, BY, "")

    assign = AssignNextJob(
        _ReadAndThen(room, cancel),
        room.monitor,
        room,
        room.new_id,
        room.refusal,
        RETRY.longest_backoff,
    )
    async with room.store.read() as records:
        [machine] = await records.machines.all()

    assigned = await assign(machine, await room.machine.get_status())

    assert assigned is None
    assert (await room.job(job)).state is JobState.CANCELLED
    assert await room.books(BookState.LOADED) == ["B1000001", "B1000002", "B1000003"]


async def test_a_machine_paused_just_before_gets_no_job(room: PrintRoom) -> None:
    job = await room.print()
    await room.pause()
    await room.step()
    await room.resume()
    assign = AssignNextJob(
        _ReadAndThen(room, room.pause),
        room.monitor,
        room,
        room.new_id,
        room.refusal,
        RETRY.longest_backoff,
    )
    async with room.store.read() as records:
        [machine] = await records.machines.all()

    assigned = await assign(machine, await room.machine.get_status())

    assert assigned is None
    assert (await room.job(job)).state is JobState.QUEUED


async def test_of_two_changes_to_a_job_the_later_one_is_refused(room: PrintRoom) -> None:
    job = await room.print()
    async with room.store.begin() as records:
        await cancel_print_job(records, job.job_id, BY, "first")

    with pytest.raises(StaleRevision):
        async with room.store.begin() as records:
            await records.jobs.save(job.after(JobEvent.CANCEL), JobEvent.CANCEL, BY, "second")

    now = await room.job(job)
    assert (now.state, now.revision) == (JobState.CANCELLED, 2)
