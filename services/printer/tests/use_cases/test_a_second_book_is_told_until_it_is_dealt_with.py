import pytest
from printer.domain.book import BookState
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.domain.printer_client import RequestOutcomeUnknown
from printer.domain.serial_range import SerialRange
from printer.domain.two_persons import DecisionReason
from printer.use_cases.attempt_actions import confirm_machine_off
from printer.use_cases.printing_status import printing_status
from printer.use_cases.record_findings import Finding
from printer.use_cases.remove_books import BookRemoval, RemovalRequest, remove_books

from .findings import two_find
from .print_room import OUTCOME_UNKNOWN_AFTER, PrintRoom


async def _printed_twice(room: PrintRoom, found: Finding) -> Job:
    """A job whose book was written off in the silent M1, which prints it while M2 does too."""
    job = await room.print()
    await room.step()
    room.machine.unavailable = RequestOutcomeUnknown
    await room.step()
    await room.step(after=OUTCOME_UNKNOWN_AFTER)
    job = await two_find(room, job, found)
    for user in ("siti", "budi"):
        async with room.store.begin() as records:
            await confirm_machine_off(
                records, job.job_id, job.latest_attempt.attempt_id, DecisionReason.MACHINE_OFF,
                "unplugged", room.by(user),
            )  # fmt: skip
    await room.add_machine(2)
    await room.step(machine_id="M2")
    room.machine.unavailable = None
    room.machine.finish()
    await room.step(after=OUTCOME_UNKNOWN_AFTER)
    return await room.job(job)


async def _told(room: PrintRoom) -> list[str]:
    async with room.store.read() as records:
        status = await printing_status(records, room.monitor, room.now())
    return [reason for reason in status.blocking_reasons if "B1000001" in reason]


async def _two_remove(room: PrintRoom, removal: BookRemoval) -> None:
    for user in ("siti", "budi"):
        request = RemovalRequest(
            books=SerialRange("B1000001", 1), removal=removal, destination="", delivery_note="",
            reason=DecisionReason.BOOK_FOUND, explanation="in the tray", by=room.by(user),
        )  # fmt: skip
        async with room.store.begin() as records:
            await remove_books(records, request)


async def test_a_book_recorded_as_spoiled_is_spoiled_once_more(room: PrintRoom) -> None:
    job = await _printed_twice(room, Finding.SPOILED)

    told = await _told(room)
    await _two_remove(room, BookRemoval.SPOILED)

    assert job.state is JobState.SENT
    assert told == [
        "machine M1 printed book B1000001 although it was found spoiled: "
        "it must be found and spoiled"
    ]
    assert await _told(room) == []


async def test_a_lost_book_is_found_and_spoiled(room: PrintRoom) -> None:
    await _printed_twice(room, Finding.LOST)

    told = await _told(room)
    await _two_remove(room, BookRemoval.RECOVERED)
    recovered = await room.books(BookState.QUARANTINED)
    await _two_remove(room, BookRemoval.SPOILED)

    assert told == [
        "machine M1 printed book B1000001 although it was found lost: it must be found and spoiled"
    ]
    assert recovered == ["B1000001"]
    assert await _told(room) == []


@pytest.mark.parametrize("found", [Finding.SPOILED, Finding.LOST])
async def test_what_the_other_machine_prints_goes_on(room: PrintRoom, found: Finding) -> None:
    job = await _printed_twice(room, found)
    room.machines["M2"].finish()

    await room.step(machine_id="M2")

    assert (await room.job(job)).state is JobState.QUALITY_CHECK
