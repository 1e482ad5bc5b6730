import pytest
from printer.domain.book import BookState
from printer.domain.errors import BookInUse, IllegalBookTransition
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.domain.serial_range import SerialRange
from printer.domain.two_persons import DecisionReason
from printer.use_cases.attempt_actions import confirm_machine_off
from printer.use_cases.record_findings import Finding
from printer.use_cases.remove_books import BookRemoval, RemovalRequest, remove_books

from .findings import two_find
from .print_room import PrintRoom

BOOK = SerialRange("B1000001", 1)


async def _two_remove(room: PrintRoom, removal: BookRemoval) -> None:
    for user in ("siti", "budi"):
        request = RemovalRequest(
            books=BOOK, removal=removal, destination="", delivery_note="",
            reason=DecisionReason.BOOK_FOUND, explanation="as agreed", by=room.by(user),
        )  # fmt: skip
        async with room.store.begin() as records:
            await remove_books(records, request)


async def _found_blank(room: PrintRoom) -> Job:
    """Return a job whose book two persons found blank before its machine answered."""
    return await two_find(room, await room.silenced(), Finding.NOT_PRINTED)


async def _confirm_off(room: PrintRoom, job: Job) -> None:
    attempt_id = job.latest_attempt.attempt_id
    for user in ("siti", "budi"):
        async with room.store.begin() as records:
            await confirm_machine_off(
                records, job.job_id, attempt_id, DecisionReason.MACHINE_OFF, "off", room.by(user)
            )


@pytest.mark.parametrize(
    ("removal", "state"),
    [
        (BookRemoval.RETURN_TO_STOCK, BookState.SAFE),
        (BookRemoval.SPOILED, BookState.SPOILED),
    ],
)
async def test_once_no_attempt_has_it_any_more(
    room: PrintRoom, removal: BookRemoval, state: BookState
) -> None:
    await _confirm_off(room, await _found_blank(room))

    await _two_remove(room, removal)

    assert await room.books(state) == ["B1000001"]
    assert await room.books(BookState.QUARANTINED) == []


@pytest.mark.parametrize("removal", [BookRemoval.RETURN_TO_STOCK, BookRemoval.SPOILED])
async def test_not_while_its_job_waits_for_a_person_who_looks(
    room: PrintRoom, removal: BookRemoval
) -> None:
    await room.silenced()

    with pytest.raises(BookInUse):
        await _two_remove(room, removal)

    assert await room.books(BookState.QUARANTINED) == ["B1000001"]


async def test_not_while_its_machine_has_to_answer(room: PrintRoom) -> None:
    await _found_blank(room)

    with pytest.raises(BookInUse):
        await _two_remove(room, BookRemoval.RETURN_TO_STOCK)


async def test_not_as_a_missing_book_that_was_found(room: PrintRoom) -> None:
    job = await room.silenced()

    with pytest.raises(IllegalBookTransition, match="QUARANTINED cannot become SAFE by RECOVERED"):
        await _two_remove(room, BookRemoval.RECOVERED)

    assert await room.books(BookState.QUARANTINED) == ["B1000001"]
    assert (await room.job(job)).state is JobState.UNKNOWN_OUTCOME


async def test_back_into_quarantine_when_its_machine_reports_it_printed(room: PrintRoom) -> None:
    job = await _found_blank(room)
    await _confirm_off(room, job)
    await _two_remove(room, BookRemoval.RETURN_TO_STOCK)
    await room.pause()
    room.machine.finish()

    await room.step(after=5.0)

    assert await room.books(BookState.QUARANTINED) == ["B1000001"]
    assert await room.books(BookState.SAFE) == []
    assert (await room.job(job)).state is JobState.UNKNOWN_OUTCOME
