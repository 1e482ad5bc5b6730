"""On which day each waiting case is printed and can be collected: the plan of one office.

One pure function plans for the running service, for simulations and for the replay.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from typing import NamedTuple

from issuance.domain.print_room import PrintRoom
from issuance.domain.working_time import Calendar

HORIZON = timedelta(days=3653)
"""How far ahead is planned; a case that is not printed within ten years has no date."""


class PriorityClass(IntEnum):
    """Priority class of an application; smaller numbers go first among equals."""

    EMERGENCY = 0
    EXPEDITED = 1
    NORMAL = 2


HEAD_START = {
    PriorityClass.EMERGENCY: timedelta(days=60),
    PriorityClass.EXPEDITED: timedelta(days=7),
    PriorityClass.NORMAL: timedelta(),
}
"""A case queues as if it had been completed this much earlier, so that no class starves another."""


class WaitingCase(NamedTuple):
    """A complete case without a book; or, with `books` > 1, a batch of cases of one day.

    A tuple, as is `PlannedCollection`: a pass makes hundreds of thousands of them.

    applied_on: day of completion. due_on: first collection date by the promised number of working
    days; `date.max`: nobody knows it. earliest: day before which it is not printed; `date.max`:
    nobody knows when.
    """

    id: str
    applied_on: date
    due_on: date
    priority_class: PriorityClass = PriorityClass.NORMAL
    earliest: date = date.min
    books: int = 1

    @property
    def printable_from(self) -> date:
        """The first day on which it may be printed."""
        return self.earliest if self.earliest > self.applied_on else self.applied_on

    def not_collected_before(self, day: date) -> "WaitingCase":
        """Return the case, not to be collected before a day; `date.max`: nobody knows when."""
        return self if day <= self.due_on else self._replace(due_on=day)

    def not_before(self, day: date) -> "WaitingCase":
        """Return the case, not to be printed before a day either; `date.max`: nobody knows when."""
        return self if day <= self.earliest else self._replace(earliest=day)


class PlannedCollection(NamedTuple):
    """Planned days of a case, or of those cases of a batch that are printed on one day.

    prints_on and collect_on are None if they are unknown. if_ended_now: collect_on if the outages
    whose end nobody knows ended now; None if collect_on is known.
    """

    id: str
    applied_on: date
    prints_on: date | None
    collect_on: date | None
    books: int = 1
    if_ended_now: date | None = None


@dataclass(frozen=True, slots=True)
class CollectionPlan:
    """Plan of one office, its entries in the order of printing."""

    entries: tuple[PlannedCollection, ...]

    def collection_dates(self) -> dict[str, date | None]:
        """Return the collection date of each case; of a batch, the date of its last book."""
        return {entry.id: entry.collect_on for entry in self.entries}

    def place_of(self, id: str) -> "QueuePlace | None":
        """Return the place of a case; None if the plan does not have it."""
        places = enumerate(self.entries)
        return next((QueuePlace(n, each.prints_on) for n, each in places if each.id == id), None)


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """Place of a case in its office's plan.

    before: number of cases that are printed before it. prints_on: its printing day; None: unknown.
    """

    before: int
    prints_on: date | None


def expected_arrivals(
    arrivals: Mapping[date, int], calendar: Calendar, promise_working_days: int
) -> list[WaitingCase]:
    """Return numbers of arrivals by day as batches of normal cases; empty days are left out."""
    return [
        WaitingCase(
            id=day.isoformat(),
            applied_on=day,
            due_on=calendar.add_working_days(day, promise_working_days),
            books=count,
        )
        for day, count in sorted(arrivals.items())
        if count
    ]


def plan_collections(
    waiting: Iterable[WaitingCase], room: PrintRoom, today: date, released_today: int = 0
) -> CollectionPlan:
    """Plan from `today` on: first come, first served, as many books a day as the capacity allows.

    waiting: in order of completion. Within a priority class nobody is overtaken, except by those
    who may already be printed while they may not yet.
    released_today: books of today's capacity that are already used.

    A book is printed from the day of application on, before its due date if there is room, and
    collected on the later of both days, when the office is open. Unused capacity is lost.
    Cost: O(n log n + days), and O(n) for each day on which further cases become printable.
    """
    queue = _PrintQueue(waiting)
    entries: list[PlannedCollection] = []
    last = today + HORIZON
    for day, books in room.days(today, last):
        room_left = max(books - released_today, 0) if day == today else books
        entries += _planned(queue.take(day, room_left), day, room.calendar)
        if not queue.has_printable(last):
            break
    entries += [
        PlannedCollection(case.id, case.applied_on, None, None, count)
        for case, count in queue.rest()
    ]
    return CollectionPlan(tuple(entries))


def printed_today(
    waiting: Iterable[WaitingCase], room: PrintRoom, today: date, released_today: int = 0
) -> Sequence[str]:
    """Return the ids of the cases that the rest of today's capacity prints, in order.

    waiting, released_today: as for `plan_collections`.
    """
    queue = _PrintQueue(waiting)
    return [
        case.id
        for day, books in room.days(today, today)
        for case, _ in queue.take(day, max(books - released_today, 0))
    ]


def _planned(
    taken: Iterable[tuple[WaitingCase, int]], day: date, calendar: Calendar
) -> Iterator[PlannedCollection]:
    collect_on: dict[date, date | None] = {}
    for case, books in taken:
        if case.due_on not in collect_on:
            collect_on[case.due_on] = first_collection(day, case.due_on, calendar)
        yield PlannedCollection(case.id, case.applied_on, day, collect_on[case.due_on], books)


def first_collection(printed_on: date, due_on: date, calendar: Calendar) -> date | None:
    """Return the first day on which a book can be collected; None if `due_on` is `date.max`."""
    return None if due_on == date.max else calendar.on_or_after(max(printed_on, due_on))


_Queued = tuple[int, int, WaitingCase]


class _PrintQueue:
    """The waiting cases, each at a position that never changes; books are taken from the front."""

    def __init__(self, waiting: Iterable[WaitingCase]) -> None:
        self._not_yet_printable: dict[date, list[_Queued]] = {}
        self._printable: list[_Queued] = []
        self._next = 0
        ranks: dict[tuple[date, PriorityClass], int] = {}
        for index, case in enumerate(waiting):
            like = case.applied_on, case.priority_class
            rank = ranks.get(like)
            if rank is None:
                rank = ranks[like] = _rank(*like)
            if case.books:
                first = case.printable_from
                self._not_yet_printable.setdefault(first, []).append((rank, index, case))

    def has_printable(self, day: date) -> bool:
        """Return whether somebody is left who may be printed on that day or before."""
        return self._next < len(self._printable) or any(
            first <= day for first in self._not_yet_printable
        )

    def take(self, day: date, books: int) -> list[tuple[WaitingCase, int]]:
        """Take up to `books` books of cases that may be printed on `day`, in order."""
        self._admit(day)
        taken: list[tuple[WaitingCase, int]] = []
        while books and self._next < len(self._printable):
            rank, index, case = self._printable[self._next]
            count = min(books, case.books)
            taken.append((case, count))
            books -= count
            if count == case.books:
                self._next += 1
            else:
                left = case._replace(books=case.books - count)
                self._printable[self._next] = rank, index, left
        return taken

    def rest(self) -> list[tuple[WaitingCase, int]]:
        """Return the cases that are left, in order."""
        self._admit(date.max)
        return [(case, case.books) for _, _, case in self._printable[self._next :]]

    def _admit(self, day: date) -> None:
        days = [first for first in self._not_yet_printable if first <= day]
        if not days:
            return
        queue = self._printable[self._next :]
        for first in days:
            queue += self._not_yet_printable.pop(first)
        queue.sort()  # fast: it consists of a few parts that are in order
        self._printable, self._next = queue, 0


def _rank(applied_on: date, priority_class: PriorityClass) -> int:
    """Return a number that orders cases by the day from which they queue, then by class."""
    queued_from = applied_on - HEAD_START[priority_class]
    return queued_from.toordinal() * len(PriorityClass) + priority_class
