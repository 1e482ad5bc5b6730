from datetime import datetime, timedelta

import pytest
from printer.domain.clearance import Clearance
from printer.domain.errors import ClearanceRevoked
from printer.domain.job_transitions import JobState
from printer.use_cases.clearance_validity import refuse_revoked, revoke_clearance

from .clearances import queues
from .print_room import PrintRoom


async def _is_revoked(room: PrintRoom, *, clearance: str = "", number: str = "") -> None:
    async with room.store.begin() as records:
        await revoke_clearance(records, clearance, number, "an error", room.operator())


@pytest.mark.parametrize("before", [timedelta(seconds=1), timedelta(0), None])
async def test_what_was_released_before_the_revocation_is_refused(
    room: PrintRoom, before: timedelta | None
) -> None:
    released_at: datetime | None = None if before is None else room.now() - before

    await _is_revoked(room, number="X1")

    with pytest.raises(ClearanceRevoked):
        await queues(room, number="X1", released_at=released_at)


async def test_a_queued_job_is_revoked_although_issuances_clock_is_ahead(room: PrintRoom) -> None:
    ahead = room.now() + timedelta(seconds=5)
    await queues(room, clearance="c1", number="X1", released_at=ahead)

    await _is_revoked(room, number="X1")

    signed = Clearance("c1", "a", "X1", "", "BJM", ahead, ahead)
    async with room.store.read() as records:
        with pytest.raises(ClearanceRevoked, match="an error"):
            await refuse_revoked(records, signed)


async def test_what_is_released_after_it_is_printed(room: PrintRoom) -> None:
    await _is_revoked(room, number="X1")
    room.seconds += 1

    job = await queues(room, number="X1", released_at=room.now())

    assert job.state is JobState.QUEUED


async def test_a_clearance_is_revoked_for_ever(room: PrintRoom) -> None:
    await _is_revoked(room, clearance="c")
    room.seconds += 1

    with pytest.raises(ClearanceRevoked):
        await queues(room, clearance="c", released_at=room.now())
