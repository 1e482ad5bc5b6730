from datetime import UTC, datetime, timedelta

from issuance.domain.circuit_breaker import CircuitBreaker, CircuitPolicy, CircuitState

NOW = datetime(2018, 10, 26, 1, tzinfo=UTC)
POLICY = CircuitPolicy(opens_after=3, probe_pause=timedelta(seconds=10))


def seconds(count: float) -> datetime:
    return NOW + timedelta(seconds=count)


def unanswered(times: int, circuit: CircuitBreaker | None = None) -> CircuitBreaker:
    circuit = circuit or CircuitBreaker()
    for _ in range(times):
        circuit = circuit.unanswered(POLICY, NOW)
    return circuit


def test_a_few_calls_without_an_answer_change_nothing() -> None:
    circuit = unanswered(2)

    assert circuit.state(NOW) is CircuitState.CLOSED
    assert circuit.calls_at_a_time(4, NOW) == 4


def test_the_third_in_a_row_opens_the_circuit() -> None:
    circuit = unanswered(3)

    assert circuit.state(NOW) is CircuitState.OPEN
    assert circuit.calls_at_a_time(4, NOW) == 0


def test_an_answer_in_between_begins_the_count_again() -> None:
    circuit = unanswered(2, unanswered(2).answered())

    assert circuit.state(NOW) is CircuitState.CLOSED


def test_after_ten_seconds_one_call_is_made() -> None:
    circuit = unanswered(3)

    assert circuit.calls_at_a_time(4, seconds(9.999)) == 0
    assert circuit.calls_at_a_time(4, seconds(10)) == 1
    assert circuit.state(seconds(10)) is CircuitState.HALF_OPEN


def test_one_call_is_made_once_a_clock_that_was_an_hour_ahead_is_set_back() -> None:
    circuit = unanswered(3).unanswered(POLICY, seconds(3600))

    assert circuit.calls_at_a_time(4, seconds(0)) == 1


def test_its_failure_begins_another_ten_seconds() -> None:
    circuit = unanswered(3).unanswered(POLICY, seconds(30))

    assert circuit.failures == 4
    assert circuit.calls_at_a_time(4, seconds(39.999)) == 0
    assert circuit.calls_at_a_time(4, seconds(40)) == 1


def test_its_answer_closes_the_circuit() -> None:
    circuit = unanswered(3).answered()

    assert circuit.calls_at_a_time(4, seconds(10)) == 4
