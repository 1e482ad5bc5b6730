from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from printer.domain.job import Job
from printer.domain.throughput import Period, Throughput
from printer.use_cases.machine_monitor import MachineMonitor
from printer.use_cases.measure_throughput import measure_throughput, measured_period
from printer.use_cases.record_findings import Finding
from servicekit.errors import InvalidRequest

from .findings import passes, two_find
from .print_room import BACKOFF_SECONDS, PrintRoom
from .scripted_machine import NOON

MAKASSAR = ZoneInfo("Asia/Makassar")  # NOON is its noon of 5 November
DAY = 86400.0
MONTH = Period(NOON - timedelta(days=15), NOON + timedelta(days=15))


async def _measure(
    room: PrintRoom, period: Period = MONTH, zone: ZoneInfo = MAKASSAR
) -> tuple[list[Throughput], Throughput]:
    async with room.store.read() as records:
        return await measure_throughput(records, room.monitor, period, zone)


async def _prints(room: PrintRoom, seconds: float, machine_id: str = "M1") -> Job:
    """Let a machine print one book in so many seconds."""
    job = await room.print()
    await room.step(machine_id=machine_id)
    room.machines[machine_id].finish()
    await room.step(after=seconds, machine_id=machine_id)
    return job


async def test_nothing_is_known_of_a_machine_that_did_nothing(room: PrintRoom) -> None:
    [machine], total = await _measure(room)

    assert machine == Throughput(
        machine_id="M1",
        books_passed=0,
        books_spoiled=0,
        books_lost=0,
        in_use=timedelta(0),
        seconds_per_book=None,
        books_per_working_day=None,
    )
    assert total == replace(machine, machine_id="")


async def test_books_are_counted_by_machine_and_by_what_became_of_them(room: PrintRoom) -> None:
    await room.add_machine(2)
    await passes(room, await _prints(room, 8.0), room.operator())
    await room.pause("M2")
    spoiled = await _prints(room, 8.0)
    await two_find(room, spoiled, Finding.SPOILED)
    await room.pause("M1")
    await room.resume("M2")
    await room.step(machine_id="M2")
    room.machines["M2"].finish()
    await room.step(after=20.0, machine_id="M2")
    await two_find(room, spoiled, Finding.LOST)

    [first, second], total = await _measure(room)

    assert (first.books_passed, first.books_spoiled, first.books_lost) == (1, 1, 0)
    assert (second.books_passed, second.books_spoiled, second.books_lost) == (0, 0, 1)
    assert (total.books_passed, total.books_spoiled, total.books_lost) == (1, 1, 1)
    assert (first.in_use, second.in_use) == (timedelta(seconds=16), timedelta(seconds=20))
    assert total.in_use == timedelta(seconds=36)
    assert (first.seconds_per_book, second.seconds_per_book) == (8.0, 20.0)
    assert total.seconds_per_book is None


async def test_a_replica_knows_the_speed_too(room: PrintRoom) -> None:
    await _prints(room, 8.0)
    room.monitor = MachineMonitor(lambda: room.seconds, BACKOFF_SECONDS)

    [machine], _ = await _measure(room)

    assert machine.seconds_per_book == 8.0


async def test_a_job_that_the_machine_has_counts_until_the_end_of_the_period(
    room: PrintRoom,
) -> None:
    await room.print()
    await room.step()

    [machine], _ = await _measure(room, Period(NOON, NOON + timedelta(minutes=5)))

    assert machine.in_use == timedelta(minutes=5)


async def test_what_was_before_or_comes_after_does_not_count(room: PrintRoom) -> None:
    await passes(room, await _prints(room, 10.0), room.operator())

    [before], _ = await _measure(room, Period(NOON - timedelta(days=9), NOON))
    [after], _ = await _measure(
        room, Period(NOON + timedelta(seconds=11), NOON + timedelta(days=9))
    )

    assert (before.books_passed, before.in_use) == (0, timedelta(0))
    assert (after.books_passed, after.in_use) == (0, timedelta(0))


async def test_a_working_day_is_a_whole_one_on_which_books_passed(room: PrintRoom) -> None:
    for day in (0.0, 0.0, 3.0):
        room.seconds = max(room.seconds, day * DAY)
        await passes(room, await _prints(room, 10.0), room.operator())

    [three_books_in_two_days], total = await _measure(room)
    [without_the_first], _ = await _measure(room, Period(NOON, MONTH.ends_at))

    assert three_books_in_two_days.books_per_working_day == 1.5
    assert total.books_per_working_day == 1.5
    assert without_the_first.books_per_working_day == 1.0


async def test_a_day_on_which_no_book_passed_is_one_if_books_were_spoiled(room: PrintRoom) -> None:
    await passes(room, await _prints(room, 10.0), room.operator())
    room.seconds = DAY
    await two_find(room, await _prints(room, 10.0), Finding.SPOILED)

    [machine], _ = await _measure(room)

    assert machine.books_per_working_day == 0.5


async def test_days_are_those_of_the_zone(room: PrintRoom) -> None:
    room.seconds = 11.5 * 3600.0
    await passes(room, await _prints(room, 10.0), room.operator())
    room.seconds = 12.5 * 3600.0
    await passes(room, await _prints(room, 10.0), room.operator())

    [in_makassar], _ = await _measure(room)
    [in_utc], _ = await _measure(room, zone=ZoneInfo("UTC"))

    assert in_makassar.books_per_working_day == 1.0
    assert in_utc.books_per_working_day == 2.0


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "period"),
    [
        (None, None, Period(NOON - timedelta(days=14), NOON)),
        (NOON - timedelta(days=1), None, Period(NOON - timedelta(days=1), NOON)),
        (None, NOON + timedelta(days=1), Period(NOON - timedelta(days=14), NOON)),
    ],
)
def test_the_last_fourteen_days_are_measured_unless_others_are_named(
    starts_at: datetime | None, ends_at: datetime | None, period: Period
) -> None:
    assert measured_period(starts_at, ends_at, NOON) == period


@pytest.mark.parametrize(
    ("starts_at", "field"),
    [(NOON, "ends_at"), (NOON - timedelta(days=367), "starts_at")],
)
def test_what_is_no_period_is_refused(starts_at: datetime, field: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        measured_period(starts_at, None, NOON)

    assert refusal.value.field == field
