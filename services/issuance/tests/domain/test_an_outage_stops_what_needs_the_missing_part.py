from datetime import UTC, datetime

import pytest
from issuance.domain.outage import Outage, Scope
from issuance.domain.owed import stopping, waits_for
from issuance.domain.states import State, Work

BEGAN = datetime(2018, 10, 26, tzinfo=UTC)
MATCHER = Outage(Scope.MATCHER, "", "database lost", BEGAN)
OFFICE = Outage(Scope.OFFICE, "BJM", "flood", BEGAN)
PRINTING = Outage(Scope.PRINTING, "BJM", "no ink", BEGAN)


@pytest.mark.parametrize(
    ("outage", "stopped"),
    [
        (MATCHER, {"identify", "settle"}),
        (OFFICE, {"print"}),
        (PRINTING, {"print"}),
    ],
)
def test_outbox_tasks_are_stopped_that_need_it(outage: Outage, stopped: set[str]) -> None:
    assert {kind for kind in Work if stopping(kind, "BJM", [outage])} == stopped


@pytest.mark.parametrize(
    ("outage", "waiting"),
    [
        (MATCHER, {"identifying", "approved"}),
        (
            OFFICE,
            {"identifying", "adjudication", "awaiting_approval", "approved", "printing"},
        ),
        (PRINTING, {"approved", "printing"}),
    ],
)
def test_cases_wait_that_need_it_to_go_on(outage: Outage, waiting: set[str]) -> None:
    assert {state for state in State if waits_for(state, "BJM", outage)} == waiting


def test_other_offices_go_on_unless_it_is_the_matcher() -> None:
    assert stopping(Work.PRINT, "JKT", [OFFICE, PRINTING]) is None
    assert not waits_for(State.PRINTING, "JKT", PRINTING)
    assert stopping(Work.IDENTIFY, "JKT", [MATCHER]) is MATCHER
    assert waits_for(State.IDENTIFYING, "JKT", MATCHER)


def test_an_outage_that_is_over_stops_nothing() -> None:
    over = PRINTING.end(BEGAN, BEGAN)

    assert stopping(Work.PRINT, "BJM", [over]) is None
    assert stopping(Work.PRINT, "BJM", [over, PRINTING]) is PRINTING
    assert not waits_for(State.PRINTING, "BJM", over)
