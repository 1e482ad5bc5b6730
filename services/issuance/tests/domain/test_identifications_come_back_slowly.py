"""After an absence of the matcher one identification goes first, then ever more in a second."""

from collections import deque
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from issuance.domain.identification_rate import (
    CallOutcomes,
    IdentificationRate,
    RateLimits,
    RatePhase,
)

SECOND = timedelta(seconds=1)
START = datetime(2018, 10, 31, 10, tzinfo=UTC)
LIMITS = RateLimits(granted=25, ramp=60 * SECOND, slow=5 * SECOND, canary=60 * SECOND)
ANSWERED = CallOutcomes(answered=1)
FAILED = CallOutcomes(failed=1)
SLOW = CallOutcomes(answered=1, slow=1)
PUSHED_BACK = CallOutcomes(retry_after=3 * SECOND)
NEW = IdentificationRate()


def at(seconds: float) -> datetime:
    return START + seconds * SECOND


def answering(rate: IdentificationRate, first: int, last: int) -> IdentificationRate:
    """An answer each second of these."""
    for second in range(first, last + 1):
        rate = rate.after(ANSWERED, LIMITS, at(second))
    return rate


def test_one_goes_first_and_nobody_else_before_its_answer() -> None:
    assert NEW.available(LIMITS, at(0)) == 1

    rate = NEW.begun(1, LIMITS, at(0))

    assert rate.available(LIMITS, at(59)) == 0
    assert rate.phase is RatePhase.CANARY


def test_another_goes_when_nothing_is_heard_of_the_first() -> None:
    rate = NEW.begun(1, LIMITS, at(0))

    assert rate.available(LIMITS, at(60)) == 1


@pytest.mark.parametrize(
    "rate", [NEW.begun(1, LIMITS, at(3600)), answering(NEW, 3600, 3700).begun(2, LIMITS, at(3700))]
)
def test_one_goes_first_once_a_clock_that_was_an_hour_ahead_is_set_back(
    rate: IdentificationRate,
) -> None:
    assert rate.available(LIMITS, at(0)) == 0

    rate = rate.unless_ahead(LIMITS, at(0))

    assert rate.phase is RatePhase.CANARY
    assert rate.available(LIMITS, at(0)) == 1


def test_the_clocks_of_replicas_may_differ_by_seconds() -> None:
    rate = answering(NEW, 0, 59)

    assert rate.unless_ahead(LIMITS, at(0)) == rate


def test_the_rate_grows_to_what_was_granted_less_the_burst() -> None:
    rates = [NEW.begun(1, LIMITS, at(0)).after(ANSWERED, LIMITS, at(1))]
    for second in range(2, 70):
        rates.append(rates[-1].after(ANSWERED, LIMITS, at(second)))

    assert rates[0].per_second == pytest.approx(1.125)
    assert rates[28].per_second == pytest.approx(1.125 + 28 * 22.5 / 60)
    assert rates[56].phase is RatePhase.RAMPING
    assert rates[57].phase is RatePhase.FULL
    assert rates[68].per_second == 22.5
    assert all(later.per_second >= sooner.per_second for sooner, later in pairwise(rates))


def test_without_answers_the_rate_does_not_grow() -> None:
    rate = answering(NEW, 1, 10)

    assert rate.after(CallOutcomes(), LIMITS, at(60)).per_second == rate.per_second


def test_a_failed_canary_is_followed_by_another_one_two_seconds_later() -> None:
    rate = NEW.begun(1, LIMITS, at(0)).after(FAILED, LIMITS, at(1))

    assert rate.available(LIMITS, at(2.9)) == 0
    assert rate.available(LIMITS, at(3)) == 1


def test_a_canary_that_an_error_of_ours_ended_is_followed_at_once() -> None:
    rate = NEW.begun(1, LIMITS, at(0)).after(CallOutcomes(inconclusive=1), LIMITS, at(1))

    assert rate.available(LIMITS, at(1)) == 1


def test_three_failures_in_a_row_end_in_a_canary() -> None:
    rate = answering(NEW, 1, 60)
    rate = rate.after(FAILED, LIMITS, at(61)).after(FAILED, LIMITS, at(62))
    assert rate.phase is RatePhase.FULL

    rate = rate.after(FAILED, LIMITS, at(63))

    assert rate.phase is RatePhase.CANARY
    assert rate.available(LIMITS, at(64)) == 0
    assert rate.available(LIMITS, at(65)) == 1


def test_failures_with_answers_in_between_halve_the_rate() -> None:
    rate = answering(NEW, 1, 60)
    for second in (61, 63, 65):
        rate = rate.after(FAILED, LIMITS, at(second)).after(ANSWERED, LIMITS, at(second + 1))

    assert rate.per_second == pytest.approx(22.5 / 2 + 22.5 / 60)


def test_late_answers_halve_the_rate() -> None:
    rate = answering(NEW, 1, 60)
    rate = rate.after(SLOW, LIMITS, at(61)).after(SLOW, LIMITS, at(62))
    assert rate.per_second == 22.5

    assert rate.after(SLOW, LIMITS, at(63)).per_second == 11.25


def test_a_delay_that_the_matcher_asks_for_is_kept_and_halves_the_rate() -> None:
    rate = answering(NEW, 1, 60).after(PUSHED_BACK, LIMITS, at(61))

    assert rate.per_second == 11.25
    assert rate.available(LIMITS, at(63.9)) == 0
    assert rate.available(LIMITS, at(64)) >= 1
    assert rate.available_at(LIMITS, at(61)) == at(64)


def test_those_refused_together_halve_the_rate_once() -> None:
    rate = answering(NEW, 1, 60).after(PUSHED_BACK, LIMITS, at(61))

    rate = rate.after(PUSHED_BACK, LIMITS, at(61.5)).after(PUSHED_BACK, LIMITS, at(62.9))

    assert rate.per_second == 11.25


def test_after_an_outage_a_canary_goes_first() -> None:
    rate = answering(NEW, 1, 60).suspended()

    assert rate.available(LIMITS, at(1000)) == 1


def test_a_lower_grant_bounds_the_rate_at_once() -> None:
    lower = replace(LIMITS, granted=10)

    assert answering(NEW, 1, 60).after(CallOutcomes(), lower, at(61)).per_second == 9.0


@given(
    st.floats(2, 100),
    st.lists(
        st.tuples(
            st.floats(0, 2), st.sampled_from([ANSWERED, CallOutcomes(), FAILED, SLOW, PUSHED_BACK])
        ),
        max_size=60,
    ),
)
def test_in_no_second_more_begin_than_are_granted(
    granted: float, steps: list[tuple[float, CallOutcomes]]
) -> None:
    limits = replace(LIMITS, granted=granted, ramp=SECOND)
    rate, now, begun = NEW, at(0), deque[datetime]()
    for seconds, outcomes in steps:
        now += seconds * SECOND
        rate = rate.after(outcomes, limits, now)
        count = rate.available(limits, now)
        rate = rate.begun(count, limits, now)
        begun.extend([now] * count)
        while begun and begun[0] <= now - SECOND:
            begun.popleft()
        assert len(begun) <= granted
