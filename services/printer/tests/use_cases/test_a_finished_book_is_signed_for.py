import pytest
from printer.domain.attribution import Attribution
from printer.domain.book import Book, BookState
from printer.domain.errors import (
    AlreadyHandedOver,
    IllegalTransition,
    SecondPersonRequired,
    WrongBook,
)
from printer.domain.job import Job
from printer.domain.two_persons import Proposal
from printer.use_cases.hand_over import record_handover
from printer.use_cases.machines import view_machines

from .findings import passes
from .print_room import PrintRoom


async def _done(room: PrintRoom) -> Job:
    job = await room.printed()
    return await passes(room, job, room.by("siti"))


async def _hand_over(
    room: PrintRoom, job: Job, by: Attribution, serial: str = "B1000001"
) -> tuple[Book, Proposal | None]:
    async with room.store.begin() as records:
        return await record_handover(records, job.job_id, serial, by)


async def test_by_who_gives_it_and_by_who_takes_it(room: PrintRoom) -> None:
    job = await _done(room)
    giver, taker = room.by("siti"), room.by("dewi", role="officer")

    given, proposal = await _hand_over(room, job, giver)
    with pytest.raises(SecondPersonRequired):
        await _hand_over(room, job, giver)
    taken, nothing = await _hand_over(room, job, taker)

    assert (given.state, taken.state) == (BookState.ISSUED, BookState.HANDED_OVER)
    assert proposal is not None
    assert nothing is None
    async with room.store.read() as records:
        [*_, movement] = await records.movements.of_book("B1000001", 0, 10)
        [*_, event] = await records.job_events.of_job(job.job_id, 0, 20)
        [machine] = await view_machines(records, room.monitor, room.now())
    assert (movement.proposed_by, movement.by, movement.job_id) == (giver.who, taker, job.job_id)
    assert (event.event.name, event.by, event.reason) == (
        "HAND_OVER", taker, f"given by {giver.who}",
    )  # fmt: skip
    assert machine.books_printed == 1


async def test_never_twice(room: PrintRoom) -> None:
    job = await _done(room)
    for user in ("siti", "dewi"):
        await _hand_over(room, job, room.by(user))

    with pytest.raises(AlreadyHandedOver):
        await _hand_over(room, job, room.by("budi"))


async def test_only_when_it_is_good_and_only_the_book_itself(room: PrintRoom) -> None:
    job = await room.printed()

    with pytest.raises(IllegalTransition):
        await _hand_over(room, job, room.by("siti"))
    await passes(room, job, room.by("siti"))
    with pytest.raises(WrongBook):
        await _hand_over(room, job, room.by("siti"), "B1000002")
