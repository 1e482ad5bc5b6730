"""An application is late after the working time that its state usually takes, without outages."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.collection_hours import CollectionHours
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.expected_time import EXPECTED_TIMES
from issuance.domain.lateness import LateCases, deadline, late_cases
from issuance.domain.office import Office
from issuance.domain.outage import Outage, OutageScope
from issuance.domain.states import FINAL_STATES, ApplicationState
from issuance.domain.working_time import Calendar

WITA = ZoneInfo("Asia/Makassar")


def an_office(id: str) -> Office:
    hours = CollectionHours(Calendar(WITA, "ID"))
    return Office(id, id, hours, 3)


OFFICE = an_office("BJM")
STATE = ApplicationState


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=WITA)


def local(instant: datetime | None) -> str:
    return f"{instant.astimezone(WITA):%Y-%m-%d %H:%M}" if instant else ""


def a_case(state: ApplicationState, since: str) -> Case:
    return Case(
        "id", "BJM", ApplicationType.NEW, PriorityClass.NORMAL, b"", "p", at(since), at(since),
        state, promised_collection_date=date(2018, 10, 31),
    )  # fmt: skip


def an_outage(scope: OutageScope, began: str, ended: str = "", office: str = "BJM") -> Outage:
    return Outage(scope, office, "test", at(began), at(ended) if ended else None)


def late_from(state: ApplicationState, since: str, *outages: Outage) -> str:
    return local(deadline(a_case(state, since), OFFICE, outages))


@pytest.mark.parametrize(
    ("state", "since", "late"),
    [
        (STATE.AWAITING_APPROVAL, "2018-10-25 09:00", "2018-10-26 09:00"),  # eight hours
        (STATE.AWAITING_APPROVAL, "2018-10-26 09:00", "2018-10-29 09:00"),  # over a weekend
        (STATE.AWAITING_APPROVAL, "2018-10-27 11:00", "2018-10-29 16:00"),  # since a Saturday
        (STATE.AWAITING_APPROVAL, "2018-12-21 09:00", "2018-12-26 09:00"),  # Christmas, joint leave
        (STATE.IDENTIFYING, "2018-10-26 15:00", "2018-10-29 11:00"),  # four hours
        (STATE.READY, "2018-10-26 09:00", "2018-11-26 09:00"),  # twenty days, one a holiday
        (STATE.APPROVED, "2018-10-26 09:00", "2018-10-31 14:00"),  # promised for that day
    ],
)
def test_working_time_counts(state: ApplicationState, since: str, late: str) -> None:
    assert late_from(state, since) == late


def test_an_outage_that_it_waits_for_does_not_count() -> None:
    matcher = an_outage(OutageScope.MATCHER, "2018-10-26 10:00", "2018-10-30 09:00", "")

    assert late_from(STATE.IDENTIFYING, "2018-10-26 09:00", matcher) == "2018-10-30 12:00"
    assert late_from(STATE.AWAITING_APPROVAL, "2018-10-25 09:00", matcher) == "2018-10-26 09:00"


def test_two_outages_at_a_time_count_once() -> None:
    first = an_outage(OutageScope.MATCHER, "2018-10-29 09:00", "2018-10-29 12:00", "")
    second = an_outage(OutageScope.OFFICE, "2018-10-29 10:00", "2018-10-29 13:00")

    assert late_from(STATE.IDENTIFYING, "2018-10-29 08:00", second, first) == "2018-10-29 16:00"


@pytest.mark.parametrize(
    "state", [STATE.RECEIVED, STATE.IDENTIFYING, STATE.APPROVED, STATE.PRINTING, STATE.READY]
)
def test_while_the_office_is_out_nothing_becomes_late(state: ApplicationState) -> None:
    assert (
        late_from(state, "2018-10-26 09:00", an_outage(OutageScope.OFFICE, "2018-10-26 10:00"))
        == ""
    )
    elsewhere = an_outage(OutageScope.OFFICE, "2018-10-26 10:00", office="JKT")
    assert late_from(state, "2018-10-26 09:00", elsewhere) != ""


def test_what_was_late_before_an_outage_stays_late() -> None:
    outage = an_outage(OutageScope.OFFICE, "2018-10-26 10:00")

    assert late_from(STATE.AWAITING_APPROVAL, "2018-10-25 08:00", outage) == "2018-10-25 16:00"


@pytest.mark.parametrize("state", sorted(FINAL_STATES))
def test_what_has_ended_is_never_late(state: ApplicationState) -> None:
    assert late_from(state, "2018-10-01 09:00") == ""


def test_every_state_that_waits_has_an_expected_time() -> None:
    assert set(EXPECTED_TIMES) | FINAL_STATES | {STATE.APPROVED} == set(ApplicationState)


@pytest.mark.parametrize("state", sorted(EXPECTED_TIMES))
@pytest.mark.parametrize(
    "now",
    [
        "2018-10-26 09:00",
        "2018-10-27 12:00",
        "2018-10-29 08:00",
        "2018-10-29 16:00",
        "2018-10-29 23:00",
    ],
)
def test_lists_and_details_agree(state: ApplicationState, now: str) -> None:
    outages = [
        an_outage(OutageScope.MATCHER, "2018-10-24 10:00", "2018-10-25 09:30", ""),
        an_outage(OutageScope.PRINTING, "2018-10-23 10:00", "2018-10-23 12:00"),
    ]
    (since,) = [
        each.since for each in late_cases([OFFICE], outages, at(now)) if each.state is state
    ]

    assert since is not None
    latest = replace(a_case(state, now), state_since=since)
    over = deadline(latest, OFFICE, outages)
    assert over is not None
    assert over.astimezone(UTC) <= at(now)


def test_offices_with_the_same_hours_are_asked_for_together() -> None:
    offices = [an_office(id) for id in ("BJM", "JKT", "SUB")]
    outage = an_outage(OutageScope.PRINTING, "2018-10-26 08:00", office="SUB")

    found = late_cases(offices, [outage], at("2018-10-26 09:00"))

    assert [each for each in found if each.state in (STATE.PRINTING, STATE.APPROVED)] == [
        LateCases(STATE.PRINTING, frozenset({"BJM", "JKT"}), at("2018-10-24 09:00")),
        LateCases(STATE.PRINTING, frozenset({"SUB"}), at("2018-10-24 08:00")),
        LateCases(STATE.APPROVED, frozenset({"BJM", "JKT"}), promised=date(2018, 10, 25)),
    ]
