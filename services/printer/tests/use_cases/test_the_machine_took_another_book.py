from typing import Any

import pytest
from printer.domain.book import BookState
from printer.domain.errors import MrzMismatch, SecondPersonRequired, WrongBook
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.use_cases.record_findings import Finding, record_printed_book
from printer.use_cases.zone_reading import read_zone

from .findings import a_report, finds, passes, two_find
from .print_room import PrintRoom

OTHER: dict[str, Any] = {"book_serial": "B1000002", "is_other_book": True}


async def test_the_zone_read_in_a_blank_one_shows_it(room: PrintRoom) -> None:
    job = await room.printed()

    done = await passes(room, job, room.by("siti"), **OTHER)

    assert (done.state, done.book_serial) == (JobState.DONE, "B1000002")
    assert await room.books(BookState.ISSUED) == ["B1000002"]
    assert await room.books(BookState.LOADED) == ["B1000001", "B1000003"]


async def test_a_zone_of_other_data_shows_nothing(room: PrintRoom) -> None:
    job = await room.printed()

    with pytest.raises(MrzMismatch):
        await passes(room, job, room.by("siti"), mrz="ANOTHER", **OTHER)

    assert (await room.job(job)).latest_attempt.book_serial == "B1000001"


async def test_two_persons_find_it_spoiled(room: PrintRoom) -> None:
    job = await room.printed()

    spoiled = await two_find(room, job, Finding.SPOILED, **OTHER)

    assert spoiled.latest_attempt.book_serial == "B1000002"
    assert await room.books(BookState.SPOILED) == ["B1000002"]
    assert await room.books(BookState.LOADED) == ["B1000001", "B1000003"]


async def test_two_jobs_have_each_others_book(room: PrintRoom) -> None:
    first, second = await room.printed(), await room.printed()
    await finds(room, second, Finding.SPOILED, room.by("siti"))

    done = await passes(room, first, room.by("siti"), **OTHER)
    other = await room.job(second)

    assert (done.book_serial, other.latest_attempt.book_serial) == ("B1000002", "B1000001")
    assert (other.state, other.proposal) == (JobState.QUALITY_CHECK, None)
    assert (await passes(room, second, room.by("siti"))).book_serial == "B1000001"
    assert await room.books(BookState.ISSUED) == ["B1000001", "B1000002"]


async def test_one_job_is_checked_and_the_others_outcome_is_unknown(room: PrintRoom) -> None:
    checked, unknown = await room.printed(), await room.silenced()

    await passes(room, checked, room.by("siti"), **OTHER)

    assert (await room.job(unknown)).latest_attempt.book_serial == "B1000001"
    assert await room.books(BookState.QUARANTINED) == ["B1000001"]


async def test_after_an_unknown_outcome_two_persons_agree_on_it(room: PrintRoom) -> None:
    job = await two_find(room, await room.silenced(), Finding.PRINTED, **OTHER)

    assert (job.state, job.latest_attempt.book_serial) == (JobState.QUALITY_CHECK, "B1000002")
    assert await room.books(BookState.LOADED) == ["B1000001", "B1000003"]


async def test_after_an_unknown_outcome_its_zone_shows_it(room: PrintRoom) -> None:
    job = await room.silenced()
    report = a_report(job, room.by("siti"), **OTHER)
    reading = await read_zone(room.store, report, ["MRZ"], JobState.UNKNOWN_OUTCOME, "r1")

    async with room.store.begin() as records:
        job = await record_printed_book(records, reading)

    assert (job.state, job.latest_attempt.book_serial) == (JobState.QUALITY_CHECK, "B1000002")


async def test_one_person_without_the_zone_does_not_show_it(room: PrintRoom) -> None:
    job = await room.silenced()

    await finds(room, job, Finding.PRINTED, room.by("siti"), **OTHER)
    with pytest.raises(SecondPersonRequired):
        await finds(room, job, Finding.PRINTED, room.by("siti"), **OTHER)

    assert await room.books(BookState.QUARANTINED) == ["B1000001"]


async def test_a_book_that_nobody_said_was_another_one_is_wrong(room: PrintRoom) -> None:
    job = await room.printed()

    with pytest.raises(WrongBook):
        await passes(room, job, room.by("siti"), book_serial="B1000002")


@pytest.mark.parametrize(
    "serial",
    [
        pytest.param("B1000001", id="the one assigned"),
        pytest.param("B2000001", id="blank in another machine"),
        pytest.param("S0000001", id="in the safe"),
        pytest.param("X0000001", id="unknown"),
        pytest.param("B1000002", id="issued"),
        pytest.param("B1000003", id="being printed"),
    ],
)
async def test_a_book_that_the_machine_cannot_have_used_is_wrong(
    room: PrintRoom, serial: str
) -> None:
    job = await room.printed()
    await room.add_machine(2)
    await room.add_books("S0000001", 1, machine_id="")
    await passes(room, await room.printed(), room.by("siti"))
    await room.print()
    await room.step()

    for say in (passes, _finds_spoiled):
        with pytest.raises(WrongBook):
            await say(room, job, room.by("siti"), book_serial=serial, is_other_book=True)

    assert (await room.job(job)).latest_attempt.book_serial == "B1000001"


async def _finds_spoiled(room: PrintRoom, job: Job, *args: Any, **changes: Any) -> Job:
    return await finds(room, job, Finding.SPOILED, *args, **changes)
