from datetime import timedelta
from pathlib import Path

import pytest
from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.store.dispatch_epoch import begin_dispatch_epoch
from printer.use_cases.release_after_restore import release_after_restore

from .clearances import queues
from .print_room import PrintRoom

A_MINUTE = timedelta(minutes=1)
FIVE_MINUTES = 300.0


def _more_was_announced(room: PrintRoom) -> None:
    Path(f"{room.database.engine.url.database}.dispatcher").write_text("7")


async def _is_restored(room: PrintRoom) -> None:
    async with room.store.begin() as records:
        await records.restores.notice("told", room.operator())


async def _is_released(room: PrintRoom) -> None:
    for user in ("siti", "budi"):
        async with room.store.begin() as records:
            await release_after_restore(records, "compared", room.by(user))


async def _asked_for(room: PrintRoom, *, released_before: timedelta | None) -> Job:
    if released_before is None:
        return await queues(room, released_at=None)
    return await queues(room, released_at=room.now() - released_before)


@pytest.mark.parametrize("released_before", [A_MINUTE, timedelta(0), None])
async def test_although_persons_let_the_office_print_again(
    room: PrintRoom, released_before: timedelta | None
) -> None:
    await _is_restored(room)
    await _is_released(room)

    job = await _asked_for(room, released_before=released_before)
    await room.step()

    assert job.state is JobState.HELD
    assert "its passport may exist" in job.state_reason
    assert room.machine.documents == []


async def test_what_is_released_after_it_is_printed(room: PrintRoom) -> None:
    await _is_restored(room)
    await _is_released(room)
    room.seconds += FIVE_MINUTES + 0.5

    job = await _asked_for(room, released_before=timedelta(0))
    await room.step()

    assert (await room.job(job)).state is JobState.SENT


async def test_what_a_clock_that_is_ahead_dated_after_it_is_held(room: PrintRoom) -> None:
    await _is_restored(room)
    await _is_released(room)
    room.seconds += FIVE_MINUTES

    job = await _asked_for(room, released_before=timedelta(0))

    assert job.state is JobState.HELD


async def test_without_a_restore_nothing_is_held(room: PrintRoom) -> None:
    job = await _asked_for(room, released_before=A_MINUTE)

    assert job.state is JobState.QUEUED


async def test_also_where_the_dispatcher_has_not_begun_yet(room: PrintRoom) -> None:
    """A request that comes first notices the restore itself."""
    if room.database.is_shared:
        pytest.skip("a server has no mark beside its database")
    by = Attribution(PRINTER_SERVICE, room.now())
    await begin_dispatch_epoch(room.database, 0.01, by)
    _more_was_announced(room)

    job = await _asked_for(room, released_before=A_MINUTE)

    assert job.state is JobState.HELD


async def test_what_issuance_knows_to_be_lost_is_held_although_nobody_noticed_a_restore(
    room: PrintRoom,
) -> None:
    job = await queues(room, released_at=room.now(), is_repeated=True)

    assert job.state is JobState.HELD
