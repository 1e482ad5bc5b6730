import pytest
from printer.domain.attempt import AttemptOutcome
from printer.domain.book import BookState
from printer.domain.errors import SecondPersonRequired, WrongBook
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent, JobState
from printer.domain.two_persons import DecisionReason
from printer.use_cases.apply_transition import apply_transition
from printer.use_cases.record_findings import Finding

from .findings import finds, two_find
from .print_room import PrintRoom

QUALITY_CHECK, UNKNOWN_OUTCOME = JobState.QUALITY_CHECK, JobState.UNKNOWN_OUTCOME


async def _job_in(room: PrintRoom, state: JobState) -> Job:
    return await (room.printed() if state is QUALITY_CHECK else room.silenced())


@pytest.mark.parametrize(
    ("state", "finding", "outcome", "book"),
    [
        (QUALITY_CHECK, Finding.SPOILED, AttemptOutcome.SPOILED, BookState.SPOILED),
        (QUALITY_CHECK, Finding.LOST, AttemptOutcome.LOST, BookState.LOST),
        (UNKNOWN_OUTCOME, Finding.SPOILED, AttemptOutcome.SPOILED, BookState.SPOILED),
        (UNKNOWN_OUTCOME, Finding.LOST, AttemptOutcome.LOST, BookState.LOST),
    ],
)
async def test_one_person_alone_gives_up_no_book(
    room: PrintRoom, state: JobState, finding: Finding, outcome: AttemptOutcome, book: BookState
) -> None:
    job = await _job_in(room, state)

    proposed = await finds(room, job, finding, room.by("siti"))
    with pytest.raises(SecondPersonRequired):
        await finds(room, job, finding, room.by("siti"))
    assert (proposed.state, proposed.latest_attempt.outcome) == (state, None)
    assert await room.books(book) == []

    agreed = await finds(room, job, finding, room.by("budi"), explanation="all wet")
    ended = agreed.latest_attempt
    assert (agreed.state, ended.outcome) == (JobState.QUEUED, outcome)
    assert (ended.reason_code, ended.reason) == (DecisionReason.BAD_PRINT, "all wet")
    assert await room.books(book) == ["B1000001"]


async def test_one_person_alone_prints_nothing_again(room: PrintRoom) -> None:
    job = await room.silenced()

    proposed = await finds(room, job, Finding.NOT_PRINTED, room.by("siti"))
    agreed = await finds(room, job, Finding.NOT_PRINTED, room.by("budi"))

    assert (proposed.state, proposed.latest_attempt.outcome) == (UNKNOWN_OUTCOME, None)
    assert (agreed.state, agreed.latest_attempt.outcome) == (
        JobState.QUEUED,
        AttemptOutcome.NOT_PRINTED,
    )


async def test_the_second_person_has_the_same_book_in_hand(room: PrintRoom) -> None:
    job = await room.printed()
    await finds(room, job, Finding.SPOILED, room.by("siti"))

    with pytest.raises(WrongBook):
        await finds(room, job, Finding.SPOILED, room.by("budi"), book_serial="B1000002")

    assert (await room.job(job)).state is QUALITY_CHECK


async def test_lost_does_not_confirm_spoiled(room: PrintRoom) -> None:
    job = await room.printed()
    await finds(room, job, Finding.SPOILED, room.by("siti"))

    now = await finds(room, job, Finding.LOST, room.by("budi"))

    assert now.state is QUALITY_CHECK
    assert await room.books(BookState.ASSIGNED) == ["B1000001"]


async def test_three_books_for_one_clearance_are_enough(room: PrintRoom) -> None:
    job = await room.print()
    for finding in (Finding.SPOILED, Finding.LOST, Finding.SPOILED):
        await room.print_next()
        held = await two_find(room, job, finding)

    assert (held.state, held.state_reason) == (JobState.HELD, "books spoiled or lost: 3")
    assert await room.step() is False


async def test_after_a_release_one_more_book_is_used(room: PrintRoom) -> None:
    job = await room.print()
    for _ in range(3):
        await room.print_next()
        job = await two_find(room, job, Finding.SPOILED)
    async with room.store.begin() as records:
        await apply_transition(records, job, JobEvent.RELEASE, room.by("budi"))
    await room.add_books("C0000001", 2)
    await room.print_next()

    again = await two_find(room, job, Finding.SPOILED)

    assert (len(again.attempts), again.state) == (4, JobState.HELD)
