import pytest
from printer.domain.book import BookState
from printer.domain.errors import MrzMismatch, SecondPersonRequired
from printer.domain.job import Job
from printer.domain.job_transitions import JobState
from printer.use_cases.record_findings import Finding

from .findings import finds, passes, two_find
from .print_room import PrintRoom


async def _mistypes(room: PrintRoom, job: Job, user: str, times: int = 1) -> list[str]:
    """Return how many tries were left after each time."""
    tries_left = []
    for _ in range(times):
        with pytest.raises(MrzMismatch) as refusal:
            await passes(room, job, room.by(user), mrz="MRX")
        tries_left.append(refusal.value.metadata["tries_left"])
    return tries_left


async def test_it_is_typed_again(room: PrintRoom) -> None:
    job = await room.printed()

    await _mistypes(room, job, "siti")
    assert await room.books(BookState.ASSIGNED) == ["B1000001"]
    done = await passes(room, job, room.by("siti"))

    assert (done.state, done.book_serial) == (JobState.DONE, "B1000001")
    assert await room.books(BookState.SPOILED) == []


async def test_after_three_times_another_person_must_look(room: PrintRoom) -> None:
    job = await room.printed()
    assert await _mistypes(room, job, "siti", times=3) == ["2", "1", "0"]

    for office, role in (("BJM", "operator"), ("MTP", "supervisor")):
        with pytest.raises(SecondPersonRequired):
            await passes(room, job, room.by("siti", office, role))

    assert (await passes(room, job, room.by("budi"))).state is JobState.DONE


async def test_everybody_has_three_tries(room: PrintRoom) -> None:
    job = await room.printed()
    await _mistypes(room, job, "siti", times=3)

    assert await _mistypes(room, job, "budi") == ["2"]


async def test_a_repeated_request_is_the_same_try(room: PrintRoom) -> None:
    job = await room.printed()
    left = []
    for request in ("first", "first", "second", "third", "third"):
        with pytest.raises(MrzMismatch) as refusal:
            await passes(room, job, room.by("siti"), mrz="MRX", request_id=request)
        left.append(refusal.value.metadata["tries_left"])

    assert left == ["2", "2", "1", "0", "0"]
    with pytest.raises(SecondPersonRequired):
        await passes(room, job, room.by("siti"), request_id="third")


async def test_the_next_book_is_read_afresh(room: PrintRoom) -> None:
    job = await room.printed()
    await _mistypes(room, job, "siti", times=3)
    await two_find(room, job, Finding.SPOILED)
    await room.print_next()

    done = await passes(room, job, room.by("siti"))

    assert done.book_serial == "B1000002"


async def test_a_proposal_stays_while_another_person_mistypes(room: PrintRoom) -> None:
    job = await room.printed()
    await finds(room, job, Finding.SPOILED, room.by("siti"))

    await _mistypes(room, job, "budi")

    assert (await room.job(job)).proposal is not None
