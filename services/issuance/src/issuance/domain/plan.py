"""The recovery plan: on which day each waiting case is printed, and can be collected.

One pure function plans for the running service, for what-if questions and for the replay.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum
from heapq import heappop, heappush

from issuance.domain.print_room import PrintRoom
from issuance.domain.working_time import Calendar

HORIZON = timedelta(days=3653)
"""How far ahead is planned; what is not printed within ten years has no date."""


class PriorityClass(IntEnum):
    """Who goes first."""

    EMERGENCY = 0
    EXPEDITED = 1
    NORMAL = 2


HEAD_START = {
    PriorityClass.EMERGENCY: timedelta(days=60),
    PriorityClass.EXPEDITED: timedelta(days=7),
    PriorityClass.NORMAL: timedelta(),
}
"""A case queues as if it had been completed this much earlier, so no priority_class starves another."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A complete case without a book; or, with `books` > 1, as many alike applied that day.

    `applied` is the day of completion, `promised` the first day of collection promised then;
    it is not printed before `earliest`.
    """

    id: str
    applied: date
    promised: date
    priority_class: PriorityClass = PriorityClass.NORMAL
    earliest: date = date.min
    books: int = 1

    @property
    def ready(self) -> date:
        """The first day on which it may be printed."""
        return max(self.applied, self.earliest)


@dataclass(frozen=True, slots=True)
class Planned:
    """What a plan says of a case, or of those of a batch that fall on one day.

    Both days are None while they cannot be known.
    """

    id: str
    applied: date
    prints_on: date | None
    collect_on: date | None
    books: int = 1


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of one office, its entries in the order of printing."""

    entries: tuple[Planned, ...]

    def collect_on(self) -> dict[str, date | None]:
        """The day of collection by case; of a batch, the day of its last book."""
        return {entry.id: entry.collect_on for entry in self.entries}


def expected(
    arrivals: Mapping[date, int], calendar: Calendar, promise_working_days: int
) -> list[Waiting]:
    """Arrivals by day, not yet persons, as batches of normal cases; days without any left out."""
    return [
        Waiting(
            id=day.isoformat(),
            applied=day,
            promised=calendar.add_working_days(day, promise_working_days),
            books=count,
        )
        for day, count in sorted(arrivals.items())
        if count
    ]


def plan(waiting: Iterable[Waiting], room: PrintRoom, today: date, released_today: int = 0) -> Plan:
    """Print first come, first served as capacity allows, from `today` on.

    waiting: in order of completion. Within a priority_class nobody is overtaken, except by those who may be
        printed while he may not yet.
    released_today: books of today's capacity that are already taken.

    A book is printed from the day of application on, before the promised day if there is room,
    and collected on the later of both, when the office is open. Capacity of an idle hour is lost.
    Cost: O(n log n + days).
    """
    line = _Line(waiting)
    entries: list[Planned] = []
    for day, books in room.days(today, today + HORIZON):
        room_left = max(books - released_today, 0) if day == today else books
        entries += [
            _entry(case, count, day, room.calendar) for case, count in line.take(day, room_left)
        ]
        if not line:
            break
    entries += [Planned(case.id, case.applied, None, None, count) for case, count in line.rest()]
    return Plan(tuple(entries))


def _entry(case: Waiting, books: int, day: date, calendar: Calendar) -> Planned:
    collect_on = calendar.on_or_after(max(day, case.promised))
    return Planned(case.id, case.applied, day, collect_on, books)


_Place = tuple[date, PriorityClass, int]


class _Line:
    """Those who wait, each at a place that never changes; books are taken from its head."""

    def __init__(self, waiting: Iterable[Waiting]) -> None:
        self._cases = [case for case in waiting if case.books]
        self._left = [case.books for case in self._cases]
        self._coming = sorted(
            range(len(self._cases)), key=lambda i: self._cases[i].ready, reverse=True
        )
        self._head: list[_Place] = []

    def __bool__(self) -> bool:
        return bool(self._coming or self._head)

    def take(self, day: date, books: int) -> list[tuple[Waiting, int]]:
        """The next `books` books of those who may be printed on `day`."""
        self._admit(day)
        taken: list[tuple[Waiting, int]] = []
        while books and self._head:
            index = self._head[0][2]
            count = min(books, self._left[index])
            taken.append((self._cases[index], count))
            self._left[index] -= count
            books -= count
            if not self._left[index]:
                heappop(self._head)
        return taken

    def rest(self) -> list[tuple[Waiting, int]]:
        """Those who are left, in order."""
        self._admit(date.max)
        return [(self._cases[index], self._left[index]) for *_, index in sorted(self._head)]

    def _admit(self, day: date) -> None:
        while self._coming and self._cases[self._coming[-1]].ready <= day:
            index = self._coming.pop()
            heappush(self._head, self._place(index))

    def _place(self, index: int) -> _Place:
        case = self._cases[index]
        return case.applied - HEAD_START[case.priority_class], case.priority_class, index
