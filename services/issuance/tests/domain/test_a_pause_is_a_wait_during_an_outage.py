"""A clock pauses while a case is in a state that waits for what is out, within working time."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from issuance.domain.activity import Activity
from issuance.domain.clock_pause import (
    ClockPause,
    ServiceClock,
    StateInterval,
    clock_pauses,
    read_service_clock,
)
from issuance.domain.outage import NATIONAL_SCOPES, Outage, OutageScope
from issuance.domain.states import ApplicationState
from issuance.domain.working_time import Calendar

WITA = ZoneInfo("Asia/Makassar")
BANJARMASIN = Calendar(WITA, "ID")
IDENTIFYING, EXAMINED = ApplicationState.IDENTIFYING, ApplicationState.ADJUDICATION
APPROVED, PRINTING = ApplicationState.APPROVED, ApplicationState.PRINTING


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2018, 10, 26, hour, minute, tzinfo=WITA)


def matcher(began: datetime, ended: datetime | None = None) -> Outage:
    return Outage(OutageScope.MATCHER, "", "test", began, ended)


def test_only_the_part_in_which_the_case_waited() -> None:
    intervals = [StateInterval(IDENTIFYING, at(9), at(11)), StateInterval(EXAMINED, at(11))]

    assert clock_pauses("BJM", intervals, [matcher(at(10), at(12))]) == [ClockPause(at(10), at(11))]


def test_a_wait_that_lasts_is_paused_until_the_end_of_the_outage() -> None:
    waits = [StateInterval(IDENTIFYING, at(9))]

    assert clock_pauses("BJM", waits, [matcher(at(8), at(12))]) == [ClockPause(at(9), at(12))]
    assert clock_pauses("BJM", waits, [matcher(at(10))]) == [ClockPause(at(10))]


def test_nothing_where_wait_and_outage_only_touch() -> None:
    waits = [StateInterval(IDENTIFYING, at(9), at(11))]

    assert clock_pauses("BJM", waits, [matcher(at(8), at(9)), matcher(at(11))]) == []


def test_two_outages_at_once_count_once() -> None:
    waits = [StateInterval(APPROVED, at(9))]
    printing = Outage(OutageScope.PRINTING, "BJM", "test", at(11), at(13))

    pauses = clock_pauses(
        "BJM",
        waits,
        [Outage(OutageScope.OFFICE, "BJM", "test", at(10), at(12)), printing],
    )

    assert read_service_clock(BANJARMASIN, at(9), at(14), pauses) == ServiceClock(
        service_time=timedelta(hours=2), elapsed_time=timedelta(hours=5)
    )


def test_an_outage_of_another_office_does_not_matter() -> None:
    jakarta = Outage(OutageScope.OFFICE, "JKT", "test", at(9), at(12))

    assert clock_pauses("BJM", [StateInterval(IDENTIFYING, at(9))], [jakarta]) == []


FIRST = datetime(2018, 10, 26, 7, tzinfo=WITA)
MINUTES = 3 * 24 * 60 + 4 * 60
"""From seven on Friday to eleven on Monday."""
WAITS_FOR = {
    OutageScope.MATCHER: {"identifying"},
    OutageScope.OFFICE: {
        *("identifying", "adjudication", "awaiting_approval", "approved", "printing"),
    },
    OutageScope.PRINTING: {"approved", "printing"},
    OutageScope.TRAVEL_BAN_LIST: {"awaiting_approval"},
}
UNAPPROVED = ApplicationState.AWAITING_APPROVAL
minutes = st.integers(0, MINUTES)
periods = st.tuples(minutes, minutes).map(sorted)
things = st.tuples(st.sampled_from(list(OutageScope)), st.sampled_from(["BJM", "JKT"]), periods)
states = st.lists(
    st.tuples(st.sampled_from([IDENTIFYING, EXAMINED, UNAPPROVED, APPROVED, PRINTING]), minutes),
    min_size=1,
)


@settings(max_examples=50)
@given(states, st.lists(things, max_size=4), minutes)
def test_the_clock_is_that_of_a_count_minute_by_minute(
    entered: list[tuple[ApplicationState, int]],
    out: list[tuple[OutageScope, str, list[int]]],
    now: int,
) -> None:
    entered = sorted(entered, key=lambda change: change[1])
    complete = entered[0][1]

    pauses = clock_pauses("BJM", intervals(entered), [outage(*thing) for thing in out])
    clock = read_service_clock(BANJARMASIN, instant(complete), instant(now), pauses)

    working = [minute for minute in range(complete, now) if is_working(minute)]
    counted = [minute for minute in working if not is_paused(minute, entered, out)]
    assert clock.elapsed_time == timedelta(minutes=len(working))
    assert clock.service_time == timedelta(minutes=len(counted))


def instant(minute: int) -> datetime:
    return FIRST + timedelta(minutes=minute)


def intervals(entered: list[tuple[ApplicationState, int]]) -> list[StateInterval]:
    ends = [instant(minute) for _, minute in entered[1:]]
    return [
        StateInterval(state, instant(minute), end)
        for (state, minute), end in zip(entered, [*ends, None], strict=True)
    ]


def outage(scope: OutageScope, office: str, period: list[int]) -> Outage:
    began, ended = map(instant, period)
    by_policy = {Activity.APPROVAL} if scope is OutageScope.TRAVEL_BAN_LIST else set()
    return Outage(
        scope,
        "" if scope in NATIONAL_SCOPES else office,
        "test",
        began,
        ended,
        stopped_by_policy=frozenset(by_policy),
    )


def is_working(minute: int) -> bool:
    local = instant(minute)
    return local.weekday() < 5 and 8 <= local.hour < 16


def is_paused(
    minute: int,
    entered: list[tuple[ApplicationState, int]],
    out: list[tuple[OutageScope, str, list[int]]],
) -> bool:
    state = [state for state, since in entered if since <= minute][-1]
    return any(
        began <= minute < ended
        and (scope in NATIONAL_SCOPES or office == "BJM")
        and state in WAITS_FOR[scope]
        for scope, office, (began, ended) in out
    )
