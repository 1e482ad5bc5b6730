from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from issuance.domain.outage_detection import OutageDetected, OutageDetector, RecoveryDetected

START = datetime(2018, 10, 26, tzinfo=UTC)
WATCH = OutageDetector(opens_after=timedelta(seconds=30), ends_after=timedelta(seconds=60))


def at(second: int) -> datetime:
    return START + timedelta(seconds=second)


def watched(
    *samples: tuple[int, bool], watch: OutageDetector = WATCH
) -> list[OutageDetected | RecoveryDetected]:
    found = []
    for second, well in samples:
        watch, change = watch.observe(at(second), well)
        found += [change] if change else []
    return found


def test_one_bad_sample_is_no_outage() -> None:
    assert watched((0, True), (10, False), (20, True), (45, False), (60, True)) == []


def test_ill_health_that_lasts_is_an_outage_since_its_first_sample() -> None:
    assert watched((0, True), (10, False), (20, False), (40, False)) == [OutageDetected(at(10))]


def test_one_good_sample_ends_nothing() -> None:
    assert watched((0, False), (30, False), (40, True), (50, False), (105, True)) == [
        OutageDetected(at(0))
    ]


def test_good_health_that_lasts_ends_it_since_its_first_sample() -> None:
    samples = [(0, False), (30, False), (40, True), (70, True), (100, True)]

    assert watched(*samples) == [OutageDetected(at(0)), RecoveryDetected(at(40))]


@given(st.lists(st.tuples(st.integers(1, 50), st.booleans()), max_size=60))
def test_outages_open_and_end_in_turn_and_in_order_of_time(steps: list[tuple[int, bool]]) -> None:
    second, samples = 0, []
    for step, well in steps:
        second += step
        samples.append((second, well))

    found = watched(*samples)

    kinds = [type(change) for change in found]
    times = [
        change.began if isinstance(change, OutageDetected) else change.ended for change in found
    ]
    assert kinds == [OutageDetected, RecoveryDetected] * (len(kinds) // 2) + [OutageDetected] * (
        len(kinds) % 2
    )
    assert times == sorted(times)
