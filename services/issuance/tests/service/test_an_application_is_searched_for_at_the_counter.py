"""Officers find applications of their office, supervisors of all; bad searches name the field."""

from typing import Any

import pytest
from passport.issuance.v1 import applications_pb2 as apps
from passport.type.v1 import civil_pb2

from .callers import Refused
from .contract_values import a_holder, calendar_date
from .country import Country

BAD: list[tuple[dict[str, Any], str, str]] = [
    ({}, "INVALID_REQUEST", "reference"),
    ({"reference": "2345-6789"}, "BAD_REFERENCE", "reference"),
    ({"name": "- '"}, "INVALID_REQUEST", "name"),
    ({"born_on": civil_pb2.CalendarDate(year=2018, month=2, day=31)}, "BAD_DATE", "born_on"),
    ({"created_from": calendar_date("2018-10-01")}, "INVALID_REQUEST", "created_until"),
    (
        {
            "created_from": calendar_date("2018-10-01"),
            "created_until": calendar_date("2018-11-01"),
        },
        "BAD_DATE",
        "created_until",
    ),
    ({"name": "rahman", "page_token": "bm8="}, "BAD_PAGE_TOKEN", "page_token"),
    ({"name": "rahman", "page_size": 101}, "INVALID_REQUEST", "page_size"),
]


async def _found(caller: Any, method: str = "SearchApplications", **what: Any) -> list[str]:
    answer = await caller(method, apps.SearchApplicationsRequest(**what))
    return [found.application_id for found in answer.applications]


async def test_a_caller_says_a_reference_a_name_or_a_birthday(country: Country) -> None:
    name = civil_pb2.PersonName(primary="Nuñez", secondary="Siti Aminah")
    taken_in = await country.takes_in(holder=a_holder(name=name))
    id, officer = taken_in.application_id, country.officer
    assert len(taken_in.reference) == 9

    assert await _found(officer, reference=taken_in.reference.lower()) == [id]
    assert await _found(officer, name="aminah NUNEZ") == [id]
    assert await _found(officer, name="nun", born_on=calendar_date("1990-02-28")) == [id]
    day = calendar_date("2018-10-26")
    assert await _found(officer, created_from=day, created_until=day) == [id]
    answer = await officer("SearchApplications", apps.SearchApplicationsRequest(name="nunez"))
    (found,) = answer.applications
    assert (found.reference, found.office, found.name) == (taken_in.reference, "BJM", name)


async def test_another_office_is_for_supervisors(country: Country) -> None:
    id = (await country.takes_in()).application_id
    officer, supervisor = (country.caller(r, "joko", "JKT") for r in ("officer", "supervisor"))

    assert await _found(officer, name="rahman") == []
    with pytest.raises(Refused, match="WRONG_OFFICE"):
        await _found(supervisor, name="rahman", office="BJM")
    with pytest.raises(Refused, match="NOT_PERMITTED"):
        await _found(officer, "SearchAllOffices", name="rahman")
    who: dict[str, Any] = {"name": "rahman", "born_on": calendar_date("1990-02-28")}
    assert await _found(supervisor, "SearchAllOffices", **who) == [id]
    assert await _found(supervisor, "SearchAllOffices", **who, office="JKT") == []


async def test_all_offices_are_searched_for_one_person(country: Country) -> None:
    await country.takes_in()
    supervisor = country.caller("supervisor", "joko", "JKT")
    birth, day = calendar_date("1990-02-28"), calendar_date("2018-10-26")
    days = {"office": "BJM", "created_from": day, "created_until": day}

    for what in ({"born_on": birth}, {"name": "rahman"}, days, days | {"name": "rahman"}):
        with pytest.raises(Refused) as refused:
            await _found(supervisor, "SearchAllOffices", **what)
        assert (refused.value.reason, refused.value.field) == ("INVALID_REQUEST", "reference"), what


async def test_all_offices_tell_where_an_application_is_and_not_whose(country: Country) -> None:
    taken_in = await country.takes_in()
    supervisor = country.caller("supervisor", "joko", "JKT")

    answer = await supervisor(
        "SearchAllOffices", apps.SearchApplicationsRequest(reference=taken_in.reference)
    )

    assert list(answer.applications) == [
        apps.FoundApplication(
            application_id=taken_in.application_id,
            reference=taken_in.reference,
            office="BJM",
            state=taken_in.state,
        )
    ]


async def test_a_bad_search_is_refused(country: Country) -> None:
    for what, reason, field in BAD:
        with pytest.raises(Refused) as refused:
            await _found(country.officer, **what)
        assert (refused.value.reason, refused.value.field) == (reason, field), what


async def test_an_offices_system_names_the_person_who_searches(country: Country) -> None:
    frontdesk = country.caller("service:frontdesk")

    with pytest.raises(Refused, match="PERSON_NOT_NAMED"):
        await _found(frontdesk, name="rahman")
