from dataclasses import replace

import pytest
from printer.domain.attribution import Attribution
from printer.domain.book import Book, BookState, BookTransition
from printer.domain.errors import SecondPersonRequired
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent, JobState
from printer.domain.two_persons import (
    DecisionReason,
    Proposal,
    ProposedAction,
    book_subject,
    job_subject,
)
from printer.store.tables.proposals import proposals
from printer.use_cases.apply_transition import apply_transition
from printer.use_cases.record_findings import Finding
from printer.use_cases.two_persons import two_persons_agree
from servicekit.errors import NotPermitted
from sqlalchemy import select

from .findings import finds
from .print_room import PrintRoom


async def _spoil(room: PrintRoom, job: Job, by: Attribution) -> Job:
    return await finds(room, job, Finding.SPOILED, by)


def _about_book(by: Attribution, serial: str = "B1000001") -> Proposal:
    return Proposal(
        action=ProposedAction.RETURN_TO_STOCK, subject=book_subject(serial), book_serial=serial,
        reason=DecisionReason.BOOK_BLANK, explanation="", by=by,
    )  # fmt: skip


async def _agree(room: PrintRoom, proposal: Proposal) -> Proposal | None:
    async with room.store.begin() as records:
        return await two_persons_agree(records, proposal)


async def _outcomes(room: PrintRoom) -> list[tuple[str, str | None, str | None]]:
    """Return action, outcome and who ended it of every proposal."""
    async with room.database.read() as connection:
        rows = await connection.execute(select(proposals).order_by(proposals.c.number))
        return [(r.action.name, r.outcome and r.outcome.name, r.ended_by) for r in rows]


async def test_the_first_word_changes_nothing_and_the_second_one_decides(room: PrintRoom) -> None:
    job = await room.printed()

    proposed = await _spoil(room, job, room.by("siti"))
    assert (proposed.state, proposed.revision) == (JobState.QUALITY_CHECK, job.revision + 1)
    assert await room.books(BookState.ASSIGNED) == ["B1000001"]

    spoiled = await _spoil(room, job, room.by("budi"))
    assert (spoiled.state, spoiled.proposal) == (JobState.QUEUED, None)
    assert await room.books(BookState.SPOILED) == ["B1000001"]
    assert await _outcomes(room) == [("SPOIL", "CONFIRMED", room.by("budi").who)]


async def test_the_job_tells_the_second_person_what_to_confirm(room: PrintRoom) -> None:
    job = await room.printed()

    proposed = await _spoil(room, job, room.by("siti"))

    assert proposed.waiting_for(room.now()) == (
        "another person than siti to confirm: cancel the book as spoiled and print again "
        "(BAD_PRINT B1000001, proposed at 2018-11-05 04:00 UTC)"
    )
    assert proposed.change > job.change


@pytest.mark.parametrize(("office", "role"), [("BJM", "operator"), ("MTP", "supervisor")])
async def test_another_certificate_of_the_same_person_is_no_second_person(
    room: PrintRoom, office: str, role: str
) -> None:
    job = await room.printed()
    await _spoil(room, job, room.by("siti"))

    with pytest.raises(SecondPersonRequired):
        await _spoil(room, job, room.by("siti", office, role))

    assert (await room.job(job)).state is JobState.QUALITY_CHECK


async def test_a_service_that_names_no_person_decides_nothing(room: PrintRoom) -> None:
    job = await room.printed()
    service = Attribution("spiffe://id/office/BJM/service/frontdesk", room.now())

    with pytest.raises(NotPermitted):
        await _spoil(room, job, service)

    assert await _outcomes(room) == []


async def test_another_proposal_takes_the_place_of_the_first(room: PrintRoom) -> None:
    about = _about_book(room.by("siti"))
    lost = replace(about, action=ProposedAction.LOSE, by=room.by("budi"))

    assert [await _agree(room, p) for p in (about, lost)] == [None, None]
    assert not await _agree(room, replace(about, by=room.by("budi")))
    assert await _agree(room, about) == replace(about, by=room.by("budi"))
    assert [outcome for _, outcome, _ in await _outcomes(room)] == [
        "REPLACED", "REPLACED", "CONFIRMED",
    ]  # fmt: skip


async def test_another_serial_is_another_proposal(room: PrintRoom) -> None:
    job = await room.printed()
    about = replace(_about_book(room.by("siti")), subject=job_subject(job.job_id))
    other = replace(about, book_serial="B1000002", by=room.by("budi"))

    assert [await _agree(room, p) for p in (about, other)] == [None, None]


async def test_a_proposal_is_withdrawn_when_its_job_changes(room: PrintRoom) -> None:
    job = await room.printed()
    job = await _spoil(room, job, room.by("siti"))
    async with room.store.begin() as records:
        event = JobEvent.PASS_QUALITY_CHECK
        now = await apply_transition(records, job, event, room.by("budi"))

    assert (now.proposal, now.waiting_for(room.now())) == (None, "")
    assert await _outcomes(room) == [("SPOIL", "WITHDRAWN", None)]


async def test_a_proposal_is_withdrawn_when_its_book_changes(room: PrintRoom) -> None:
    await _agree(room, _about_book(room.by("siti")))
    async with room.store.begin() as records:
        book = Book("B1000001", BookState.ASSIGNED, "M1", "t1", "X1")
        await records.books.apply_transition(BookTransition.ASSIGN, book, room.by("siti"))

    assert not await _agree(room, _about_book(room.by("budi")))


async def test_after_a_day_a_proposal_is_void(room: PrintRoom) -> None:
    await _agree(room, _about_book(room.by("siti")))
    await _agree(room, _about_book(room.by("siti"), "B1000002"))
    room.seconds += 86400.0
    within = await _agree(room, _about_book(room.by("budi")))
    room.seconds += 1.0

    later = await _agree(room, _about_book(room.by("budi"), "B1000002"))
    confirmed = await _agree(room, _about_book(room.by("siti"), "B1000002"))

    assert within is not None
    assert later is None
    assert confirmed == _about_book(room.by("budi"), "B1000002")
    assert [outcome for _, outcome, _ in await _outcomes(room)] == [
        "CONFIRMED", "REPLACED", "CONFIRMED",
    ]  # fmt: skip
