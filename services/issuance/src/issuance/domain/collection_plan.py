"""On which day each waiting case is printed and can be collected: the plan of one office.

One pure function plans for the running service, for simulations and for the replay.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from heapq import heappop, heappush

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


@dataclass(frozen=True, slots=True)
class WaitingCase:
    """A complete case without a book; or, with `books` > 1, a batch of cases of one day.

    applied_on: day of completion. due_on: first collection date by the promised number of working
    days. earliest: day before which it is not printed.
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
        return max(self.applied_on, self.earliest)


@dataclass(frozen=True, slots=True)
class PlannedCollection:
    """Planned days of a case, or of those cases of a batch that are printed on one day.

    prints_on and collect_on are None if they are unknown.
    """

    id: str
    applied_on: date
    prints_on: date | None
    collect_on: date | None
    books: int = 1


@dataclass(frozen=True, slots=True)
class CollectionPlan:
    """Plan of one office, its entries in the order of printing."""

    entries: tuple[PlannedCollection, ...]

    def collection_dates(self) -> dict[str, date | None]:
        """Return the collection date of each case; of a batch, the date of its last book."""
        return {entry.id: entry.collect_on for entry in self.entries}


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
    Cost: O(n log n + days).
    """
    queue = _PrintQueue(waiting)
    entries: list[PlannedCollection] = []
    for day, books in room.days(today, today + HORIZON):
        room_left = max(books - released_today, 0) if day == today else books
        entries += [
            _planned(case, count, day, room.calendar) for case, count in queue.take(day, room_left)
        ]
        if not queue:
            break
    entries += [
        PlannedCollection(case.id, case.applied_on, None, None, count)
        for case, count in queue.rest()
    ]
    return CollectionPlan(tuple(entries))


def _planned(case: WaitingCase, books: int, day: date, calendar: Calendar) -> PlannedCollection:
    collect_on = calendar.on_or_after(max(day, case.due_on))
    return PlannedCollection(case.id, case.applied_on, day, collect_on, books)


_Position = tuple[date, PriorityClass, int]


class _PrintQueue:
    """The waiting cases, each at a position that never changes; books are taken from the front."""

    def __init__(self, waiting: Iterable[WaitingCase]) -> None:
        self._cases = [case for case in waiting if case.books]
        self._left = [case.books for case in self._cases]
        self._not_yet_printable = sorted(
            range(len(self._cases)), key=lambda i: self._cases[i].printable_from, reverse=True
        )
        self._printable: list[_Position] = []

    def __bool__(self) -> bool:
        return bool(self._not_yet_printable or self._printable)

    def take(self, day: date, books: int) -> list[tuple[WaitingCase, int]]:
        """Take up to `books` books of cases that may be printed on `day`, in order."""
        self._admit(day)
        taken: list[tuple[WaitingCase, int]] = []
        while books and self._printable:
            index = self._printable[0][2]
            count = min(books, self._left[index])
            taken.append((self._cases[index], count))
            self._left[index] -= count
            books -= count
            if not self._left[index]:
                heappop(self._printable)
        return taken

    def rest(self) -> list[tuple[WaitingCase, int]]:
        """Return the cases that are left, in order."""
        self._admit(date.max)
        return [(self._cases[index], self._left[index]) for *_, index in sorted(self._printable)]

    def _admit(self, day: date) -> None:
        while (
            self._not_yet_printable
            and self._cases[self._not_yet_printable[-1]].printable_from <= day
        ):
            index = self._not_yet_printable.pop()
            heappush(self._printable, self._position(index))

    def _position(self, index: int) -> _Position:
        case = self._cases[index]
        return case.applied_on - HEAD_START[case.priority_class], case.priority_class, index
