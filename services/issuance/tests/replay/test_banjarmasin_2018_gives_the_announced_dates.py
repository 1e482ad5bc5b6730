import json
from pathlib import Path

import pytest

from .running import Replay, Scenario

AS_IT_WAS = [
    ("2018-10-26", "2018-11-05", 70),
    ("2018-10-29", "2018-11-05", 92),
    ("2018-10-30", "2018-11-06", 162),
    ("2018-10-31", "2018-11-07", 54),
    ("2018-11-01", "2018-11-07", 54),
    ("2018-11-02", "2018-11-07", 54),
]
AS_IT_WOULD_HAVE_BEEN = [
    ("2018-10-26", "2018-11-01", 70),
    ("2018-10-29", "2018-11-01", 92),
    ("2018-10-30", "2018-11-02", 162),
    ("2018-10-31", "2018-11-05", 54),
    ("2018-11-01", "2018-11-06", 54),
    ("2018-11-02", "2018-11-07", 54),
]
NORMAL_TIMES = [
    ("2018-10-26", "2018-10-31", 70),
    ("2018-10-29", "2018-11-01", 92),
    ("2018-10-30", "2018-11-02", 162),
    ("2018-10-31", "2018-11-05", 54),
    ("2018-11-01", "2018-11-06", 54),
    ("2018-11-02", "2018-11-07", 54),
]
THREE_MACHINES = [
    ("2018-10-26", "2018-11-05", 70),
    ("2018-10-29", "2018-11-05", 51),
    ("2018-10-29", "2018-11-06", 41),
    ("2018-10-30", "2018-11-06", 81),
    ("2018-10-30", "2018-11-07", 81),
    ("2018-10-31", "2018-11-07", 40),
    ("2018-10-31", "2018-11-08", 14),
    ("2018-11-01", "2018-11-08", 54),
    ("2018-11-02", "2018-11-08", 54),
]


def schedule(result: tuple[int, Path]) -> list[tuple[str, str, int]]:
    code, out = result
    assert code == 0
    content = json.loads(out.read_text(encoding="utf-8"))
    assert list(content) == ["schedule"]
    return [(row["applied"], row["collect"], row["count"]) for row in content["schedule"]]


def test_as_it_was(replay: Replay, banjarmasin: Scenario) -> None:
    assert schedule(replay(banjarmasin)) == AS_IT_WAS


def test_as_it_would_have_been(replay: Replay, banjarmasin: Scenario) -> None:
    del banjarmasin["printing_resumes"]

    assert schedule(replay(banjarmasin)) == AS_IT_WOULD_HAVE_BEEN


def test_in_normal_times(replay: Replay, banjarmasin: Scenario) -> None:
    del banjarmasin["printing_resumes"], banjarmasin["outage"]

    assert schedule(replay(banjarmasin)) == NORMAL_TIMES


def test_with_three_machines(replay: Replay, banjarmasin: Scenario) -> None:
    banjarmasin["office"]["machines"] = 3

    assert schedule(replay(banjarmasin)) == THREE_MACHINES


def test_a_closure_moves_printing_and_the_promise(replay: Replay, banjarmasin: Scenario) -> None:
    banjarmasin["office"]["closures"] = ["2018-11-06"]

    days = {applied: collect for applied, collect, _ in schedule(replay(banjarmasin))}

    assert days["2018-10-30"] == "2018-11-07"
    assert days["2018-11-02"] == "2018-11-08"


def test_who_applies_on_a_closed_day_is_served_too(replay: Replay, banjarmasin: Scenario) -> None:
    banjarmasin["arrivals"] = {"2018-11-10": 5}

    assert schedule(replay(banjarmasin)) == [("2018-11-10", "2018-11-14", 5)]


def test_a_bare_end_means_the_whole_of_that_day(replay: Replay, banjarmasin: Scenario) -> None:
    banjarmasin["outage"]["to"] = "2018-10-31"
    del banjarmasin["printing_resumes"]

    assert schedule(replay(banjarmasin)) == AS_IT_WOULD_HAVE_BEEN


def test_the_end_of_an_outage_is_read_in_the_offices_zone(
    replay: Replay, banjarmasin: Scenario
) -> None:
    banjarmasin["outage"]["to"] = "2018-10-31T23:30:00Z"
    del banjarmasin["printing_resumes"]

    assert schedule(replay(banjarmasin)) == AS_IT_WOULD_HAVE_BEEN


def test_an_outage_may_last_while_the_day_of_printing_is_fixed(
    replay: Replay, banjarmasin: Scenario
) -> None:
    del banjarmasin["outage"]["to"]

    assert schedule(replay(banjarmasin)) == AS_IT_WAS


def test_days_without_arrivals_have_no_row(replay: Replay, banjarmasin: Scenario) -> None:
    banjarmasin["arrivals"] = {"2018-10-26": 0, "2018-10-29": 1}

    assert schedule(replay(banjarmasin)) == [("2018-10-29", "2018-11-05", 1)]


def test_nobody_at_all_is_an_empty_schedule(replay: Replay, banjarmasin: Scenario) -> None:
    banjarmasin["arrivals"] = {}

    assert schedule(replay(banjarmasin)) == []


def test_arrivals_may_be_given_in_any_order(replay: Replay, banjarmasin: Scenario) -> None:
    banjarmasin["arrivals"] = dict(reversed(banjarmasin["arrivals"].items()))

    assert schedule(replay(banjarmasin)) == AS_IT_WAS


def test_a_table_for_human_eyes_is_printed(
    replay: Replay, banjarmasin: Scenario, capsys: pytest.CaptureFixture[str]
) -> None:
    replay(banjarmasin)

    table = capsys.readouterr().out
    assert "Monday, 29 October 2018      Monday, 5 November 2018           92\n" in table
    assert table.splitlines()[-1].split() == ["in", "all", "486"]
