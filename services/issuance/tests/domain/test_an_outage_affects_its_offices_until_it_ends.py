from datetime import UTC, datetime, timedelta

import pytest
from issuance.domain.outage import Outage, OutageEnded, OutageIsAutomatic, OutageScope, stoppages
from issuance.domain.print_room import Stoppage
from issuance.domain.working_time import BadDate

BEGAN = datetime(2018, 10, 26, tzinfo=UTC)
NOW = BEGAN + timedelta(days=2)
HOUR = timedelta(hours=1)
MATCHER = Outage(OutageScope.MATCHER, "", "database lost", BEGAN, declared_by="ana")
POWER_CUT = Outage(OutageScope.OFFICE, "BJM", "no power", BEGAN - HOUR)


def test_the_matcher_reaches_every_office_and_an_office_itself() -> None:
    assert MATCHER.affects("BJM")
    assert MATCHER.affects("JKT")
    assert POWER_CUT.affects("BJM")
    assert not POWER_CUT.affects("JKT")


def test_it_ends_once() -> None:
    with pytest.raises(OutageEnded):
        MATCHER.end(NOW, NOW).end(NOW, NOW)


@pytest.mark.parametrize("at", [BEGAN - HOUR, NOW + HOUR])
def test_it_ends_neither_before_it_began_nor_in_the_future(at: datetime) -> None:
    with pytest.raises(BadDate) as refusal:
        MATCHER.end(at, NOW)
    assert refusal.value.field == "ended_at"


def test_what_the_watcher_opened_no_person_ends() -> None:
    with pytest.raises(OutageIsAutomatic):
        POWER_CUT.end_by_person(NOW, NOW)
    assert MATCHER.end_by_person(NOW, NOW).ended == NOW


def test_the_plan_of_an_office_has_all_that_stops_it_oldest_first() -> None:
    assert stoppages([MATCHER, POWER_CUT], "BJM", NOW) == (
        Stoppage(BEGAN - HOUR),
        Stoppage(BEGAN),
    )
    assert stoppages([MATCHER, POWER_CUT], "JKT", NOW) == (Stoppage(BEGAN),)


@pytest.mark.parametrize(
    ("expected_end", "stoppage"),
    [
        (NOW + HOUR, Stoppage(BEGAN, NOW + HOUR, estimated=True)),
        (NOW, Stoppage(BEGAN)),
        (None, Stoppage(BEGAN)),
    ],
)
def test_an_expectation_that_has_passed_is_worth_nothing(
    expected_end: datetime | None, stoppage: Stoppage
) -> None:
    outage = Outage(OutageScope.MATCHER, "", "database lost", BEGAN, expected_end=expected_end)

    assert outage.stoppage(NOW) == stoppage
    assert outage.end(NOW, NOW).stoppage(NOW) == Stoppage(BEGAN, NOW)
