from collections import Counter
from datetime import date, timedelta
from fractions import Fraction
from itertools import combinations
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from issuance.domain.collection_plan import (
    CollectionPlan,
    PriorityClass,
    WaitingCase,
    expected_arrivals,
    plan_collections,
)
from issuance.domain.print_room import Capacity, PrintRoom, Stoppage
from issuance.domain.working_time import Calendar

CALENDAR = Calendar(ZoneInfo("Asia/Makassar"), "ID", closures=frozenset({date(2018, 11, 9)}))
MONDAY = date(2018, 11, 5)


def room(rate: Fraction, *stoppages: Stoppage) -> PrintRoom:
    return PrintRoom(CALENDAR, Capacity.of(1, rate, since=MONDAY), stoppages)


def day(offset: int) -> date:
    return MONDAY + timedelta(days=offset)


@st.composite
def queues(draw: st.DrawFn) -> list[WaitingCase]:
    drawn = draw(
        st.lists(
            st.tuples(
                st.integers(0, 12),
                st.sampled_from(PriorityClass),
                st.integers(-5, 20),
                st.integers(1, 30),
            ),
            max_size=25,
        )
    )
    return [
        WaitingCase(
            id=str(number),
            applied_on=day(applied),
            due_on=CALENDAR.add_working_days(day(applied), 3),
            priority_class=priority_class,
            earliest=day(earliest),
            books=books,
        )
        for number, (applied, priority_class, earliest, books) in enumerate(sorted(drawn))
    ]


@st.composite
def rooms(draw: st.DrawFn) -> PrintRoom:
    rate = draw(st.fractions(Fraction(1, 5), 60, max_denominator=20))
    began = draw(st.integers(0, 15))
    lasts = draw(st.integers(0, 10))
    opening = CALENDAR.opening(day(began))
    return room(rate, Stoppage(opening, opening + timedelta(days=lasts, hours=1)))


def last_day(planned: CollectionPlan) -> dict[str, date]:
    return {entry.id: entry.prints_on for entry in planned.entries if entry.prints_on}


@given(queues(), rooms())
def test_nobody_is_forgotten(queue: list[WaitingCase], room: PrintRoom) -> None:
    planned = plan_collections(queue, room, MONDAY)

    books: Counter[str] = Counter()
    for entry in planned.entries:
        books[entry.id] += entry.books
    assert books == {case.id: case.books for case in queue}
    assert all(entry.collect_on for entry in planned.entries)


@given(queues(), rooms(), st.integers(0, 80))
def test_no_day_prints_more_than_it_can(
    queue: list[WaitingCase], room: PrintRoom, released: int
) -> None:
    planned = plan_collections(queue, room, MONDAY, released_today=released)

    capacity = dict(room.days(MONDAY, MONDAY + timedelta(days=4000)))
    printed: Counter[date | None] = Counter()
    for entry in planned.entries:
        printed[entry.prints_on] += entry.books
    assert all(on and count <= capacity[on] for on, count in printed.items())
    assert printed[MONDAY] <= max(capacity.get(MONDAY, 0) - released, 0)


@given(queues(), rooms())
def test_nobody_overtakes_in_their_own_priority_class(
    queue: list[WaitingCase], room: PrintRoom
) -> None:
    prints_on = last_day(plan_collections(queue, room, MONDAY))

    for ahead, behind in combinations(queue, 2):
        if (
            ahead.priority_class is behind.priority_class
            and ahead.printable_from <= behind.printable_from
        ):
            assert prints_on[ahead.id] <= prints_on[behind.id]


@given(queues(), rooms())
def test_no_book_comes_before_it_may_nor_is_collected_before_promised_or_printed(
    queue: list[WaitingCase], room: PrintRoom
) -> None:
    cases = {case.id: case for case in queue}

    for entry in plan_collections(queue, room, MONDAY).entries:
        case = cases[entry.id]
        assert entry.prints_on
        assert entry.collect_on
        assert case.printable_from <= entry.prints_on <= entry.collect_on
        assert case.due_on <= entry.collect_on
        assert CALENDAR.is_working_day(entry.collect_on)


@given(queues(), rooms())
def test_no_machine_idles_while_somebody_could_be_printed(
    queue: list[WaitingCase], room: PrintRoom
) -> None:
    planned = plan_collections(queue, room, MONDAY)

    prints_on = last_day(planned)
    printed: Counter[date | None] = Counter()
    for entry in planned.entries:
        printed[entry.prints_on] += entry.books
    for on, capacity in room.days(MONDAY, max(prints_on.values(), default=MONDAY)):
        if printed[on] < capacity:
            assert not [c for c in queue if c.printable_from <= on < prints_on[c.id]]


@given(queues(), rooms(), st.integers(1, 5))
def test_another_machine_delays_nobody(
    queue: list[WaitingCase], room: PrintRoom, more: int
) -> None:
    rate = room.capacity.on(MONDAY)
    before = last_day(plan_collections(queue, room, MONDAY))

    bigger = PrintRoom(CALENDAR, Capacity.of(1, rate + more, since=MONDAY), room.stoppages)
    after = last_day(plan_collections(queue, bigger, MONDAY))

    assert all(after[case] <= before[case] for case in before)


@given(st.dictionaries(st.integers(0, 12).map(day), st.integers(0, 40), max_size=8), rooms())
def test_batches_are_planned_like_the_persons_in_them(
    arrivals: dict[date, int], room: PrintRoom
) -> None:
    batches = expected_arrivals(arrivals, CALENDAR, 3)
    persons = [
        WaitingCase(f"{batch.id}/{number}", batch.applied_on, batch.due_on)
        for batch in batches
        for number in range(batch.books)
    ]

    def days(planned: CollectionPlan) -> Counter[tuple[date, date | None, date | None]]:
        counts: Counter[tuple[date, date | None, date | None]] = Counter()
        for entry in planned.entries:
            counts[entry.applied_on, entry.prints_on, entry.collect_on] += entry.books
        return counts

    assert days(plan_collections(batches, room, MONDAY)) == days(
        plan_collections(persons, room, MONDAY)
    )


def test_a_book_is_printed_on_the_day_of_application_if_there_is_room() -> None:
    case = WaitingCase("a", applied_on=MONDAY, due_on=day(3))

    (entry,) = plan_collections([case], room(Fraction(1)), MONDAY).entries

    assert (entry.prints_on, entry.collect_on) == (MONDAY, day(3))


def test_books_taken_this_morning_are_not_planned_again() -> None:
    cases = [WaitingCase(name, applied_on=MONDAY, due_on=MONDAY) for name in "abc"]

    planned = plan_collections(cases, room(Fraction(2)), MONDAY, released_today=1)

    assert last_day(planned) == {"a": MONDAY, "b": day(1), "c": day(1)}


def test_what_cannot_be_printed_within_the_horizon_has_no_day() -> None:
    cases = [WaitingCase("a", MONDAY, MONDAY), WaitingCase("b", MONDAY, MONDAY, books=9)]

    planned = plan_collections(cases, room(Fraction(1, 3000)), MONDAY)

    assert [entry.collect_on for entry in planned.entries] == [None, None]
    assert [entry.books for entry in planned.entries] == [1, 9]
