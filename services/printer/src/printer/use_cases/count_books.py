"""The daily count: what differs from the records becomes an open item until it is resolved."""

from collections.abc import Sequence
from dataclasses import dataclass

from servicekit.errors import InvalidRequest

from printer.domain.attribution import Attribution
from printer.domain.errors import TooManyDifferences
from printer.domain.open_item import OpenItem, OpenItemKind, Resolution
from printer.domain.serial_range import SerialRange, join, subtract
from printer.store.records import Records

# One answer holds them all; whoever reaches it has counted another place or skipped a shelf.
_MOST_DIFFERENCES = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class StockCount:
    """What a count showed.

    books_recorded: number of books that should have been found. opened: differences found for the
    first time. resolved: earlier ones that are none any more.
    """

    books_found: int
    books_recorded: int
    opened: list[OpenItem]
    resolved: list[OpenItem]


async def count_books(
    records: Records, machine_id: str, found: Sequence[SerialRange], by: Attribution
) -> StockCount:
    """Compare all books found in a machine, or in the safe if the id is empty, with the records.

    Raises MachineNotFound, InvalidRequest for a book given twice, or TooManyDifferences.
    """
    if machine_id:
        await records.machines.get(machine_id)
    places = join(found)
    books_found = sum(each.count for each in found)
    if books_found != sum(each.count for each in places):
        raise InvalidRequest("the same book is given twice", field="found")
    # Two counts at once would both open an item about the same books.
    await records.lock_changes()
    differences = await _differences(records, machine_id, places)
    books_recorded = await records.stock_counts.books_recorded(machine_id)
    await records.stock_counts.add(machine_id, places, books_recorded, by)
    known = await records.open_items.open_in(machine_id)
    return StockCount(
        books_found=books_found,
        books_recorded=books_recorded,
        resolved=await _resolve(records, known, differences, by),
        opened=await _open(records, machine_id, known, differences, by),
    )


async def resolve_open_item(records: Records, item_id: int, resolution: Resolution) -> OpenItem:
    """Resolve an item; raise OpenItemNotFound, or SecondPersonRequired for who found it."""
    # A count must not find an item open that is resolved before the count has come to it.
    await records.lock_changes()
    item = await records.open_items.get_open(item_id)
    item.require_other_person(resolution.by)
    return await records.open_items.resolve(item_id, resolution)


_Differences = dict[OpenItemKind, list[SerialRange]]


async def _differences(
    records: Records, machine_id: str, found: Sequence[SerialRange]
) -> _Differences:
    differences = {
        OpenItemKind.MISSING_BOOKS: await records.stock_counts.missing(machine_id, found),
        OpenItemKind.UNEXPECTED_BOOKS: await records.stock_counts.unexpected(machine_id, found),
    }
    number = sum(map(len, differences.values()))
    if number > _MOST_DIFFERENCES:
        raise TooManyDifferences(f"{number} ranges of books differ: count again", field="found")
    return differences


async def _resolve(
    records: Records, known: list[OpenItem], differences: _Differences, by: Attribution
) -> list[OpenItem]:
    """Resolve the known items none of whose books differs any more."""
    resolution = Resolution(reason=None, explanation="a later count agreed with the records", by=by)
    return [
        await records.open_items.resolve(item.item_id, resolution)
        for item in known
        if subtract([item.books], differences[item.kind]) == [item.books]
    ]


async def _open(
    records: Records,
    machine_id: str,
    known: list[OpenItem],
    differences: _Differences,
    by: Attribution,
) -> list[OpenItem]:
    """Open items about the books that no known item is about."""
    return [
        await records.open_items.add(
            OpenItem(kind=kind, machine_id=machine_id, books=books, found=by)
        )
        for kind, ranges in differences.items()
        for books in subtract(ranges, (item.books for item in known if item.kind is kind))
    ]
