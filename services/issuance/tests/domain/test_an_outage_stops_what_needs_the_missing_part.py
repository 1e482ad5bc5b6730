from datetime import UTC, datetime

import pytest
from issuance.domain.clock_pause import waits_for
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.outbox import stopping_outage
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.states import ApplicationState

BEGAN = datetime(2018, 10, 26, tzinfo=UTC)
MATCHER = Outage(OutageScope.MATCHER, "", "database lost", BEGAN)
OFFICE = Outage(OutageScope.OFFICE, "BJM", "flood", BEGAN)
PRINTING = Outage(OutageScope.PRINTING, "BJM", "no ink", BEGAN)


@pytest.mark.parametrize(
    ("outage", "stopped"),
    [
        (MATCHER, {"identify", "verify", "set_encounter_status", "merge_persons", "undo_merge"}),
        (OFFICE, {"print"}),
        (PRINTING, {"print"}),
    ],
)
def test_outbox_tasks_are_stopped_that_need_it(outage: Outage, stopped: set[str]) -> None:
    assert {kind for kind in OutboxTaskKind if stopping_outage(kind, "BJM", [outage])} == stopped


@pytest.mark.parametrize(
    ("outage", "waiting"),
    [
        (MATCHER, {"identifying", "book_held"}),
        (
            OFFICE,
            {
                "identifying",
                "identity_review",
                "adjudication",
                "awaiting_approval",
                "approved",
                "printing",
                "print_failed",
                "book_held",
            },
        ),
        (PRINTING, {"approved", "printing"}),
    ],
)
def test_cases_wait_that_need_it_to_go_on(outage: Outage, waiting: set[str]) -> None:
    assert {state for state in ApplicationState if waits_for(outage, state, "BJM")} == waiting


def test_other_offices_go_on_unless_it_is_the_matcher() -> None:
    assert stopping_outage(OutboxTaskKind.PRINT, "JKT", [OFFICE, PRINTING]) is None
    assert not waits_for(PRINTING, ApplicationState.PRINTING, "JKT")
    assert stopping_outage(OutboxTaskKind.IDENTIFY, "JKT", [MATCHER]) is MATCHER
    assert waits_for(MATCHER, ApplicationState.IDENTIFYING, "JKT")


def test_an_outage_that_is_over_stops_nothing() -> None:
    over = PRINTING.end(BEGAN, BEGAN)

    assert stopping_outage(OutboxTaskKind.PRINT, "BJM", [over]) is None
    assert stopping_outage(OutboxTaskKind.PRINT, "BJM", [over, PRINTING]) is PRINTING
