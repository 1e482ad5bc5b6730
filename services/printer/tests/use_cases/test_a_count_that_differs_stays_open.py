import asyncio
from collections.abc import Sequence

import pytest
from printer.domain.book import BookState
from printer.domain.errors import (
    MachineNotFound,
    OpenItemNotFound,
    SecondPersonRequired,
    TooManyDifferences,
)
from printer.domain.movement import Movement
from printer.domain.open_item import OpenItem, OpenItemKind, Resolution
from printer.domain.serial_range import SerialRange
from printer.domain.two_persons import DecisionReason
from printer.use_cases.count_books import StockCount, count_books, resolve_open_item
from servicekit.errors import InvalidRequest

from .print_room import PrintRoom

MISSING, UNEXPECTED = OpenItemKind.MISSING_BOOKS, OpenItemKind.UNEXPECTED_BOOKS


async def _count(
    room: PrintRoom, *found: tuple[str, int], machine_id: str = "", user: str = "siti"
) -> StockCount:
    ranges = [SerialRange(*each) for each in found]
    async with room.store.begin() as records:
        return await count_books(records, machine_id, ranges, room.by(user))


async def _resolve(room: PrintRoom, item: OpenItem, user: str) -> OpenItem:
    resolution = Resolution(
        reason=DecisionReason.COUNTED_WRONGLY, explanation="behind the shelf", by=room.by(user)
    )
    async with room.store.begin() as records:
        return await resolve_open_item(records, item.item_id, resolution)


async def _items(room: PrintRoom, include_resolved: bool = False) -> list[OpenItem]:
    async with room.store.read() as records:
        return await records.open_items.list_after(0, 100, include_resolved=include_resolved)


def _told(items: Sequence[OpenItem]) -> list[tuple[OpenItemKind, str, str, int]]:
    return [(each.kind, each.machine_id, each.books.first, each.books.count) for each in items]


async def test_a_count_that_agrees_opens_nothing(room: PrintRoom) -> None:
    await room.add_books("C0000001", 100, machine_id="")

    safe = await _count(room, ("C0000051", 50), ("C0000001", 50))
    machine = await _count(room, ("B1000001", 3), machine_id="M1")

    assert (safe.books_found, safe.books_recorded, safe.opened) == (100, 100, [])
    assert (machine.books_found, machine.books_recorded, machine.opened) == (3, 3, [])


async def test_each_range_that_differs_is_one_open_item(room: PrintRoom) -> None:
    await room.add_books("C0000001", 100, machine_id="")

    count = await _count(room, ("C0000001", 10), ("C0000013", 38), ("B1000002", 2), ("Z000007", 1))

    assert _told(count.opened) == [
        (MISSING, "", "C0000011", 2),
        (MISSING, "", "C0000051", 50),
        (UNEXPECTED, "", "B1000002", 2),
        (UNEXPECTED, "", "Z000007", 1),
    ]
    assert await _items(room) == count.opened
    assert {item.found for item in count.opened} == {room.by("siti")}
    assert len(await room.books(BookState.SAFE)) == 100


async def test_an_empty_machine_misses_all_its_books(room: PrintRoom) -> None:
    count = await _count(room, machine_id="M1")

    assert _told(count.opened) == [(MISSING, "M1", "B1000001", 3)]


async def test_an_open_difference_is_not_opened_twice(room: PrintRoom) -> None:
    await room.add_books("C0000001", 10, machine_id="")
    first = await _count(room, ("C0000001", 8))

    room.seconds += 86400
    second = await _count(room, ("C0000001", 5), user="budi")

    assert _told(second.opened) == [(MISSING, "", "C0000006", 3)]
    assert await _items(room) == [*first.opened, *second.opened]


async def test_two_counts_at_once_open_a_difference_once(room: PrintRoom) -> None:
    first, second = await asyncio.gather(
        *(_count(room, ("B1000001", 1), machine_id="M1", user=user) for user in ("siti", "budi"))
    )

    assert sorted([len(first.opened), len(second.opened)]) == [0, 1]
    assert _told(await _items(room)) == [(MISSING, "M1", "B1000002", 2)]


async def test_books_found_again_resolve_their_item_once_all_are_there(room: PrintRoom) -> None:
    await room.add_books("C0000001", 10, machine_id="")
    [item] = (await _count(room, ("C0000001", 8))).opened

    half = await _count(room, ("C0000001", 9))
    whole = await _count(room, ("C0000001", 10), user="budi")

    assert (half.resolved, half.opened) == ([], [])
    [resolved] = whole.resolved
    assert (resolved.item_id, resolved.books) == (item.item_id, item.books)
    assert resolved.resolution == Resolution(
        reason=None, explanation="a later count agreed with the records", by=room.by("budi")
    )
    assert await _items(room) == []
    assert await _items(room, include_resolved=True) == [resolved]


async def test_a_count_of_another_place_resolves_nothing(room: PrintRoom) -> None:
    await _count(room, machine_id="M1")

    safe = await _count(room)

    assert safe.resolved == []
    assert _told(await _items(room)) == [(MISSING, "M1", "B1000001", 3)]


async def test_who_counted_does_not_resolve_it(room: PrintRoom) -> None:
    [item] = (await _count(room, machine_id="M1")).opened

    with pytest.raises(SecondPersonRequired):
        await _resolve(room, item, "siti")
    resolved = await _resolve(room, item, "budi")
    with pytest.raises(OpenItemNotFound):
        await _resolve(room, item, "budi")

    assert resolved.resolution is not None
    assert resolved.resolution.reason is DecisionReason.COUNTED_WRONGLY
    assert await _items(room) == []


async def test_what_still_differs_after_that_is_opened_by_the_next_count(room: PrintRoom) -> None:
    [item] = (await _count(room, machine_id="M1")).opened
    await _resolve(room, item, "budi")

    [again] = (await _count(room, machine_id="M1")).opened

    assert again.item_id != item.item_id
    assert again.books == item.books


async def test_records_that_were_corrected_resolve_it(room: PrintRoom) -> None:
    await _count(room, ("B1000001", 2), machine_id="M1")
    async with room.store.begin() as records:
        await records.books.move(
            Movement(
                books=SerialRange("B1000003", 1), before=BookState.LOADED,
                after=BookState.MISSING, by=room.by("budi"), machine_id="M1",
            )
        )  # fmt: skip

    count = await _count(room, ("B1000001", 2), machine_id="M1")

    assert _told(count.resolved) == [(MISSING, "M1", "B1000003", 1)]


async def test_a_book_in_a_machine_at_work_may_be_found_or_not(room: PrintRoom) -> None:
    await room.print()
    await room.step()

    inside = await _count(room, ("B1000001", 3), machine_id="M1")
    outside = await _count(room, ("B1000002", 2), machine_id="M1")

    assert await room.books(BookState.ASSIGNED) == ["B1000001"]
    assert (inside.opened, outside.opened, outside.books_recorded) == ([], [], 2)


async def test_what_is_no_count_is_refused_and_changes_nothing(room: PrintRoom) -> None:
    await room.add_books("C0000001", 2002, machine_id="")
    async with room.store.begin() as records:
        for number in range(1, 2003, 2):
            one = SerialRange(f"C{number:07d}", 1)
            await records.books.move(
                Movement(books=one, before=BookState.SAFE, after=BookState.DAMAGED,
                         by=room.by("budi"))
            )  # fmt: skip

    with pytest.raises(TooManyDifferences, match="1001 ranges"):
        await _count(room)
    with pytest.raises(InvalidRequest, match="twice"):
        await _count(room, ("C0000001", 10), ("C0000010", 10))
    with pytest.raises(MachineNotFound):
        await _count(room, machine_id="M9")
    assert await _items(room, include_resolved=True) == []
