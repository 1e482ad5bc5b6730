from datetime import UTC, timedelta, timezone

from printer.domain.book import BookState
from printer.domain.movement import Movement
from printer.domain.serial_range import SerialRange
from printer.use_cases.forecast import StockForecast, stock_forecast

from .print_room import PrintRoom

DAY = 86400
MAKASSAR = timezone(timedelta(hours=8))


async def _used(room: PrintRoom, first: str, count: int, state: BookState) -> None:
    books, by = SerialRange(first, count), room.by("siti")
    async with room.store.begin() as records:
        for before, after in ((BookState.SAFE, BookState.ASSIGNED), (BookState.ASSIGNED, state)):
            await records.books.move(Movement(books=books, before=before, after=after, by=by))


async def _forecast(room: PrintRoom, zone: timezone = MAKASSAR) -> StockForecast:
    async with room.store.read() as records:
        return await stock_forecast(records, room.now(), zone, lead_time_days=2)


async def test_nothing_is_told_before_a_day_of_use_is_over(room: PrintRoom) -> None:
    await room.add_books("C0000001", 40, machine_id="")
    never = await _forecast(room)
    await _used(room, "C0000001", 10, BookState.ISSUED)
    today = await _forecast(room)
    room.seconds += DAY
    tomorrow = await _forecast(room)

    assert (never.blank_books, never.outlook) == (43, None)
    assert (today.blank_books, today.use.days, today.outlook) == (33, 0, None)
    assert (tomorrow.use.days, tomorrow.use.by_day) == (1, [10])
    assert tomorrow.outlook is not None
    assert tomorrow.outlook.working_days_left == 3.3


async def test_issued_spoiled_and_lost_books_were_used_and_the_queue_takes_more(
    room: PrintRoom,
) -> None:
    await room.add_books("C0000001", 100, machine_id="")
    await _used(room, "C0000001", 10, BookState.ISSUED)
    room.seconds += DAY
    await _used(room, "C0000011", 4, BookState.SPOILED)
    await _used(room, "C0000015", 4, BookState.LOST)
    await _used(room, "C0000019", 1, BookState.QUARANTINED)
    room.seconds += 3 * DAY
    await _used(room, "C0000020", 50, BookState.ISSUED)
    for _ in range(7):
        await room.print()
    forecast = await _forecast(room)

    # On two of four days nine books each; 27 of 34 blank books are left by the queue.
    assert (forecast.use.days, forecast.use.by_day) == (4, [10, 8])
    assert (forecast.blank_books, forecast.queued_jobs) == (34, 7)
    assert forecast.outlook is not None
    assert forecast.outlook.working_days_left == 3.0
    today = room.now().date()
    assert forecast.outlook.runs_out_on == today + timedelta(days=6)
    assert forecast.outlook.order_on == today + timedelta(days=4)


async def test_use_of_more_than_four_weeks_ago_is_forgotten(room: PrintRoom) -> None:
    await room.add_books("C0000001", 40, machine_id="")
    await _used(room, "C0000001", 10, BookState.ISSUED)
    room.seconds += 28 * DAY
    last = await _forecast(room)
    room.seconds += DAY
    gone = await _forecast(room)

    assert (last.use.days, last.use.by_day) == (28, [10])
    assert (gone.use.days, gone.use.by_day, gone.outlook) == (28, [], None)


async def test_days_are_those_of_the_office(room: PrintRoom) -> None:
    """Midnight in Makassar is four in the afternoon in Greenwich."""
    await room.add_books("C0000001", 40, machine_id="")
    await _used(room, "C0000001", 10, BookState.ISSUED)
    room.seconds += 12 * 3600

    greenwich, makassar = await _forecast(room, UTC), await _forecast(room, MAKASSAR)

    assert (greenwich.use.days, greenwich.use.by_day) == (0, [])
    assert (makassar.use.days, makassar.use.by_day) == (1, [10])
