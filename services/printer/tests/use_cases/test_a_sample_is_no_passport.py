from typing import Any

import pytest
from printer.domain.book import BookState
from printer.domain.errors import NoBlankBook, SampleInProgress, SecondPersonRequired
from printer.domain.job_transitions import JobState
from printer.domain.movement import MachineAction
from printer.domain.printer_client import (
    MachineJobPhase,
    RequestNotDelivered,
    RequestOutcomeUnknown,
)
from printer.domain.sample import Sample
from printer.domain.serial_range import SerialRange
from printer.domain.two_persons import DecisionReason, Proposal
from printer.use_cases.print_sample import request_sample
from printer.use_cases.remove_books import BookRemoval, RemovalRequest, remove_books

from .findings import passes
from .print_room import ATTEMPT_LIMIT, PrintRoom


async def _asks(room: PrintRoom, user: str, machine_id: str = "M1") -> Sample | Proposal:
    async with room.store.begin() as records:
        sample_id = f"sample-{room.new_id()}"
        return await request_sample(records, machine_id, "new ink", room.by(user), sample_id)


async def _ask(room: PrintRoom, machine_id: str = "M1") -> Sample:
    """Let two persons ask for a sample."""
    await _asks(room, "siti", machine_id)
    sample = await _asks(room, "budi", machine_id)
    assert isinstance(sample, Sample)
    return sample


async def _told(room: PrintRoom) -> list[tuple[MachineAction, str]]:
    """Return what the history of M1 says of samples."""
    async with room.store.read() as records:
        events = await records.machine_events.of_machine("M1", 0, 20)
    return [(e.action, e.reason) for e in events if "SAMPLE" in e.action.name]


async def test_it_takes_a_blank_book_and_needs_no_clearance(room: PrintRoom) -> None:
    sample = await _ask(room)
    await room.step()
    room.machine.finish()
    await room.step()

    assert (sample.book_serial, room.machine.documents) == ("B1000001", [sample.sample_id])
    assert await room.books(BookState.SAMPLE) == ["B1000001"]
    assert await room.books(BookState.LOADED) == ["B1000002", "B1000003"]
    assert await _told(room) == [
        (MachineAction.SAMPLE_REQUESTED, "new ink"),
        (MachineAction.SAMPLE_ENDED, "PRINTED"),
    ]
    async with room.store.read() as records:
        [received, taken] = (await records.movements.of_book("B1000001", 0, 9))[1:]
    assert (received.after, taken.after) == (BookState.LOADED, BookState.SAMPLE)
    assert taken.reason == "sample page: new ink"
    assert ("user/siti" in taken.proposed_by, "user/budi" in taken.by.who) == (True, True)


async def test_one_person_alone_takes_no_book_out_of_the_count(room: PrintRoom) -> None:
    proposal = await _asks(room, "siti")
    with pytest.raises(SecondPersonRequired):
        await _asks(room, "siti")
    await room.step()

    assert isinstance(proposal, Proposal)
    assert proposal.explanation == "machine M1: new ink"
    assert await room.books(BookState.LOADED) == ["B1000001", "B1000002", "B1000003"]
    assert room.machine.documents == []


async def test_the_queue_goes_on_after_it(room: PrintRoom) -> None:
    job = await room.print()
    await _ask(room)
    await room.step()
    room.machine.finish()
    await room.step()

    await room.print_next()

    now = await room.job(job)
    assert (now.state, now.latest_attempt.book_serial) == (JobState.QUALITY_CHECK, "B1000002")


async def test_a_paused_machine_prints_it_too(room: PrintRoom) -> None:
    await room.pause()
    sample = await _ask(room)

    await room.step()

    assert room.machine.documents == [sample.sample_id]


async def test_one_at_a_time_and_only_with_a_blank_book(room: PrintRoom) -> None:
    await room.add_machine(2, books=0)
    await _ask(room)

    with pytest.raises(SampleInProgress):
        await _ask(room)
    with pytest.raises(NoBlankBook):
        await _ask(room, "M2")


async def test_after_a_restart_of_the_service_it_is_followed_and_no_restore_is_suspected(
    room: PrintRoom,
) -> None:
    sample = await _ask(room)
    room.machine.answer_lost = "send_document"
    await room.step()
    room.drivers["M1"] = room.make_driver("M1")
    await room.step(after=5.0)
    room.machine.finish()
    await room.step()

    async with room.store.read() as records:
        assert await records.restores.unreleased() is None
    assert room.machine.documents == [sample.sample_id]
    assert (await _told(room))[-1] == (MachineAction.SAMPLE_ENDED, "PRINTED")


async def test_a_book_that_was_not_printed_waits_for_two_persons_who_look(room: PrintRoom) -> None:
    endings = []
    await _ask(room)
    room.machine.fails = {"create_job": RequestNotDelivered}
    await room.step()
    room.machine.fails = {}
    endings.append((await _told(room))[-1][1])

    await _ask(room)
    await room.step(after=5.0)
    room.machine.restart()
    await room.step(after=5.0)
    endings.append((await _told(room))[-1][1])

    await _ask(room)
    await room.step(after=5.0)
    room.machine.set_phase(1, MachineJobPhase.STOPPED)
    await room.step(after=ATTEMPT_LIMIT)
    endings.append((await _told(room))[-1][1])

    assert endings == ["NOT_PRINTED: no answer", "UNKNOWN", "NOT_PRINTED"]
    assert await room.books(BookState.QUARANTINED) == ["B1000001", "B1000002", "B1000003"]
    assert await room.books(BookState.LOADED) == []

    for user in ("siti", "budi"):
        await _finds_blank(room, "B1000001", user)

    assert await room.books(BookState.SAFE) == ["B1000001"]


async def _finds_blank(room: PrintRoom, serial: str, user: str) -> None:
    request = RemovalRequest(
        books=SerialRange(serial, 1), removal=BookRemoval.RETURN_TO_STOCK, destination="",
        delivery_note="", reason=DecisionReason.BOOK_BLANK, explanation="in the tray",
        by=room.by(user),
    )  # fmt: skip
    async with room.store.begin() as records:
        await remove_books(records, request)


async def test_the_machine_may_take_its_book_for_the_next_job(room: PrintRoom) -> None:
    await _ask(room)
    room.machine.fails = {"create_job": RequestNotDelivered}
    await room.step()
    room.machine.fails = {}
    room.seconds += 5.0
    job = await room.printed()

    done = await passes(room, job, room.by("siti"), book_serial="B1000001", is_other_book=True)

    assert (done.state, done.book_serial) == (JobState.DONE, "B1000001")
    assert await room.books(BookState.QUARANTINED) == ["B1000002"]


@pytest.mark.parametrize(
    "condition",
    [
        {"reports_idle": False},
        {"accepting_jobs": False},
        {"state_reasons": ("media-jam-error",)},
        {"printer_uuid": "urn:uuid:other"},
    ],
)
async def test_it_waits_until_its_machine_can_print(
    room: PrintRoom, condition: dict[str, Any]
) -> None:
    before = {name: getattr(room.machine, name) for name in condition}
    for name, value in condition.items():
        setattr(room.machine, name, value)
    sample = await _ask(room)
    await room.step()
    sent_before = list(room.machine.documents)

    for name, value in before.items():
        setattr(room.machine, name, value)
    await room.step(after=5.0)

    assert (sent_before, room.machine.documents) == ([], [sample.sample_id])


async def test_a_silent_machine_is_asked_again(room: PrintRoom) -> None:
    await _ask(room)
    await room.step()
    room.machine.unavailable = RequestOutcomeUnknown
    await room.step()
    room.machine.unavailable = None
    room.machine.finish()
    await room.step(after=20.0)

    assert (await _told(room))[-1] == (MachineAction.SAMPLE_ENDED, "PRINTED")
