"""A job that backs off by a clock that ran ahead is printed once the clock is set back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from printer.domain.attribution import Attribution
from printer.domain.job_transitions import JobEvent

from .print_room import ISSUANCE, RETRY, PrintRoom

LONGEST = RETRY.longest_backoff


@pytest.mark.parametrize(("backs_off", "is_queued"), [(LONGEST, False), (timedelta(hours=1), True)])
async def test_a_job_that_backs_off_longer_than_any_does_is_queued(
    room: PrintRoom, backs_off: timedelta, is_queued: bool
) -> None:
    job = await room.print()
    by = Attribution(ISSUANCE, room.now())
    waiting = replace(job.after_remark(), not_before=room.now() + backs_off)
    async with room.store.begin() as records:
        await records.jobs.save(waiting, JobEvent.SET_BOOK_ASIDE, by, "no answer")

    async with room.store.read() as records:
        queue = await records.jobs.queued(room.now(), 9, LONGEST)

    assert [each.job_id for each in queue] == ([job.job_id] if is_queued else [])
