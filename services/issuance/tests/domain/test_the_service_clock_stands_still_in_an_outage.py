from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from issuance.domain.clock_pause import ClockPause, read_service_clock
from issuance.domain.working_time import Calendar

WITA = ZoneInfo("Asia/Makassar")
BANJARMASIN = Calendar(WITA, "ID")
HOUR = timedelta(hours=1)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2018, 10, day, hour, minute, tzinfo=WITA)


def test_only_office_hours_count() -> None:
    assert BANJARMASIN.working_time(at(26, 15), at(29, 9)) == 2 * HOUR


def test_an_outage_is_left_out_of_the_promise_but_not_of_the_real_wait() -> None:
    clock = read_service_clock(
        BANJARMASIN, at(29, 8), at(31, 16), [ClockPause(at(29, 12), at(31, 12))]
    )

    assert clock.elapsed_time == 24 * HOUR
    assert clock.service_time == 8 * HOUR


def test_two_outages_at_once_stop_one_clock_once() -> None:
    outages = [ClockPause(at(29, 10), at(29, 14)), ClockPause(at(29, 12), at(29, 15))]

    assert read_service_clock(BANJARMASIN, at(29, 8), at(29, 16), outages).service_time == 3 * HOUR


def test_an_outage_that_lasts_stops_the_clock_until_now() -> None:
    clock = read_service_clock(BANJARMASIN, at(29, 8), at(30, 10), [ClockPause(at(29, 9))])

    assert clock.service_time == HOUR


def test_an_outage_before_or_after_the_case_does_not_matter() -> None:
    outages = [ClockPause(at(22, 8), at(23, 8)), ClockPause(at(31, 8), at(31, 9))]

    assert read_service_clock(BANJARMASIN, at(29, 8), at(30, 8), outages).service_time == 8 * HOUR


def test_clocks_that_are_put_forward_take_an_hour_away_from_a_night_only() -> None:
    new_york = Calendar(ZoneInfo("America/New_York"), "US")
    friday = datetime(2018, 11, 2, 8, tzinfo=new_york.zone)
    monday = datetime(2018, 11, 5, 16, tzinfo=new_york.zone)

    assert new_york.working_time(friday, monday) == 16 * HOUR


instants = st.datetimes(datetime(2018, 10, 1), datetime(2018, 12, 31), timezones=st.just(WITA))
periods = st.builds(ClockPause, instants, st.none() | instants)


@given(instants, instants, st.lists(periods, max_size=4))
def test_the_promise_never_counts_more_than_the_real_wait(
    start: datetime, now: datetime, pauses: list[ClockPause]
) -> None:
    clock = read_service_clock(
        BANJARMASIN, start, now, [p for p in pauses if not p.end or p.start <= p.end]
    )

    assert timedelta(0) <= clock.service_time <= clock.elapsed_time


@given(instants, instants, instants)
def test_working_time_adds_up(first: datetime, second: datetime, third: datetime) -> None:
    a, b, c = sorted((first, second, third))

    whole = BANJARMASIN.working_time(a, c)

    assert whole == BANJARMASIN.working_time(a, b) + BANJARMASIN.working_time(b, c)


def test_a_working_day_opens_once_and_a_weekend_never() -> None:
    assert BANJARMASIN.opened_between(at(29, 7, 59), at(29, 8))
    assert not BANJARMASIN.opened_between(at(29, 8), at(29, 20))
    assert not BANJARMASIN.opened_between(at(26, 8), at(28, 23))
