from datetime import timedelta

import pytest
from printer.domain.book import BookState
from printer.domain.serial_range import SerialRange
from printer.domain.two_persons import DecisionReason
from printer.service.encode_admin import printing_status as encoded
from printer.use_cases.hand_over import record_handover
from printer.use_cases.printing_status import PrintingStatus, printing_status
from printer.use_cases.record_findings import Finding
from printer.use_cases.release_after_restore import release_after_restore
from printer.use_cases.remove_books import BookRemoval, RemovalRequest, remove_books

from .findings import finds, passes
from .print_room import PrintRoom

DAY = 86400.0


async def _status(room: PrintRoom) -> PrintingStatus:
    async with room.store.read() as records:
        return await printing_status(records, room.monitor, room.now())


async def test_each_job_with_its_age_oldest_first(room: PrintRoom) -> None:
    first, second = await room.printed(), await room.printed()
    await finds(room, second, Finding.SPOILED, room.by("siti"))
    room.seconds += 3 * 3600.0 + 25 * 60.0
    await finds(room, first, Finding.LOST, room.by("budi"))

    status = await _status(room)
    told = encoded("BJM", status, room.now())

    assert [(each.job_id, each.age.seconds) for each in told.pending_decisions] == [
        (second.job_id, 12300), (first.job_id, 0),
    ]  # fmt: skip
    assert [each.subject for each in status.pending] == [
        f"jobs/{second.job_id}", f"jobs/{first.job_id}",
    ]  # fmt: skip
    assert room.now() - status.pending[0].by.at == timedelta(hours=3, minutes=25)
    assert status.blocking_reasons[-2].startswith(
        f"job {second.job_id} has waited 3 h 25 min for another person than siti to confirm"
    )


@pytest.mark.parametrize(("after", "pending"), [(DAY, 1), (DAY + 1.0, 0)])
async def test_a_void_proposal_is_not_shown_any_more(
    room: PrintRoom, after: float, pending: int
) -> None:
    job = await room.printed()
    proposed = await finds(room, job, Finding.SPOILED, room.by("siti"))
    room.seconds += after

    shown = proposed.pending_proposal(room.now())

    assert len((await _status(room)).pending) == pending
    assert (shown is not None) == bool(pending)
    assert ("another person" in proposed.waiting_for(room.now())) == bool(pending)


async def test_a_handover_of_a_book_that_was_stolen_is_not_either(room: PrintRoom) -> None:
    job = await passes(room, await room.printed(), room.by("siti"))
    async with room.store.begin() as records:
        await record_handover(records, job.job_id, "B1000001", room.by("siti"))
    for user in ("siti", "budi"):
        async with room.store.begin() as records:
            await remove_books(
                records,
                RemovalRequest(
                    books=SerialRange("B1000001", 1),
                    removal=BookRemoval.STOLEN,
                    destination="",
                    delivery_note="",
                    reason=DecisionReason.THEFT_REPORTED,
                    explanation="broken in",
                    by=room.by(user),
                ),
            )

    now = await room.job(job)

    assert await room.books(BookState.STOLEN) == ["B1000001"]
    assert (now.proposal, now.waiting_for(room.now())) == (None, "")
    assert (await _status(room)).pending == []


async def test_a_restore_that_one_person_has_released(room: PrintRoom) -> None:
    await finds(room, await room.printed(), Finding.SPOILED, room.by("siti"))
    async with room.store.begin() as records:
        await records.restores.notice("told", room.operator())
    before = (await _status(room)).blocking_reasons[0]

    async with room.store.begin() as records:
        await release_after_restore(records, "compared", room.by("budi"))

    after = (await _status(room)).blocking_reasons[0]
    paused = "paused after a restore of the database (told); waits for "
    assert before == f"{paused}two persons to release it"
    assert after.startswith(f"{paused}another person than budi to confirm: print again after")
