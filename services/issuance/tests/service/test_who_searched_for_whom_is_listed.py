"""Supervisors and administrators see who of their office searched for whom."""

from typing import Any

import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from passport.issuance.v1 import applications_pb2 as apps

from .callers import Refused
from .contract_values import calendar_date
from .country import Country

SEARCH = "SearchApplications"


async def _searches(caller: Any, **which: Any) -> list[apps.RecordedSearch]:
    return list((await caller("ListSearches", apps.ListSearchesRequest(**which))).searches)


async def _search(caller: Any, method: str = SEARCH, **what: Any) -> None:
    await caller(method, apps.SearchApplicationsRequest(**what))


async def test_who_searched_when_for_what_and_how_many_were_found(country: Country) -> None:
    reference = (await country.takes_in()).reference
    day = calendar_date("2018-10-26")
    await _search(country.officer, name="Rahman", born_on=calendar_date("1990-02-28"))
    await _search(country.officer, reference=reference, created_from=day, created_until=day)
    await _search(country.supervisor, "SearchAllOffices", document_number="X12345678")

    third, second, first = await _searches(country.supervisor)

    assert first.by == "spiffe://id/office/BJM/user/siti/role/officer"
    assert (first.office, first.searched_office, first.on_behalf_of) == ("BJM", "BJM", "")
    assert (list(first.name_words), first.found) == (["rahman"], 1)
    assert first.born_on == calendar_date("1990-02-28")
    assert first.at.ToJsonString() == "2018-10-26T01:00:00Z"
    assert not first.HasField("created_from")
    assert (second.reference, second.found) == (reference, 1)
    assert second.created_from.ToJsonString() == "2018-10-25T16:00:00Z"
    assert second.created_until.ToJsonString() == "2018-10-26T16:00:00Z"
    assert third.by == "spiffe://id/office/BJM/user/agus/role/supervisor"
    assert (third.searched_office, third.document_number, third.found) == ("", "X12345678", 0)


async def test_an_office_sees_the_searches_of_its_own_staff(country: Country) -> None:
    joko = country.caller("supervisor", "joko", "JKT")
    await _search(country.officer, name="rahman")
    await _search(joko, "SearchAllOffices", reference="7JAS-VWDB")

    assert [search.office for search in await _searches(joko)] == ["JKT"]
    assert [search.office for search in await _searches(country.supervisor)] == ["BJM"]
    ani = country.administrator
    assert [search.office for search in await _searches(ani)] == ["JKT", "BJM"]
    assert [search.office for search in await _searches(ani, office="BJM")] == ["BJM"]
    with pytest.raises(Refused, match="WRONG_OFFICE"):
        await _searches(joko, office="BJM")
    with pytest.raises(Refused, match="NOT_PERMITTED"):
        await _searches(country.officer)


async def test_the_searches_of_the_centre_are_listed_too(country: Country) -> None:
    rini = country.caller("supervisor", "rini", "national")
    rudi = country.caller("supervisor", "rudi", "headquarters")
    await _search(rini, "SearchAllOffices", reference="7JAS-VWDB")
    await _search(country.officer, name="rahman")
    await _search(rudi, "SearchAllOffices", reference="7JAS-VWDB")
    ani = country.administrator

    assert [search.office for search in await _searches(ani, office="national")] == ["national"]
    found = await _searches(ani)
    assert [search.office for search in found] == ["headquarters", "BJM", "national"]
    assert [search.office for search in await _searches(rudi)] == ["headquarters"]
    with pytest.raises(Refused, match="WRONG_OFFICE"):
        await _searches(country.supervisor, office="national")


async def test_the_searches_of_one_person_are_listed(country: Country) -> None:
    siti, rini = country.officer, "spiffe://id/office/national/user/rini/role/supervisor"
    await _search(siti, name="rahman")
    await _search(country.supervisor, name="rahman")
    await _search(country.caller("supervisor", "rini", "national"), "SearchAllOffices",
                  reference="7JAS-VWDB")  # fmt: skip
    by = "spiffe://id/office/BJM/user/siti/role/officer"
    ani = country.administrator

    assert [search.by for search in await _searches(ani, by=by)] == [by]
    assert [search.by for search in await _searches(ani, by=by, office="BJM")] == [by]
    assert await _searches(ani, by=by, office="JKT") == []
    assert [search.by for search in await _searches(ani, by=rini)] == [rini]
    # Of another office's staff a supervisor sees nothing.
    assert await _searches(country.supervisor, by=rini) == []


async def test_an_office_that_never_was_and_a_period_that_ends_before_it_begins_are_refused(
    country: Country,
) -> None:
    early, late = Timestamp(seconds=1_000_000_000), Timestamp(seconds=1_000_000_001)

    with pytest.raises(Refused, match="UNKNOWN_OFFICE") as unknown:
        await _searches(country.administrator, office="ZZZ")
    with pytest.raises(Refused, match="BAD_DATE") as reversed_period:
        await _searches(country.supervisor, **{"from": late, "until": early})

    assert unknown.value.field == "office"
    assert reversed_period.value.field == "until"
    assert await _searches(country.supervisor, **{"from": early, "until": early}) == []


@pytest.mark.parametrize("token", ["eA==", "MQ==", "MjAxOC0xMC0yNlQwMTowMDowMCswMDowMCB4"])
async def test_a_token_that_was_not_issued_here_is_refused(country: Country, token: str) -> None:
    with pytest.raises(Refused, match="BAD_PAGE_TOKEN"):
        await _searches(country.supervisor, page_token=token)


async def test_they_come_in_pages_and_of_a_period(country: Country) -> None:
    for name in ("one", "two", "three"):
        await _search(country.officer, name=name)
    agus = country.supervisor

    first = await agus("ListSearches", apps.ListSearchesRequest(page_size=2))
    token = first.next_page_token
    second = await agus("ListSearches", apps.ListSearchesRequest(page_size=2, page_token=token))

    assert [list(each.name_words) for each in first.searches] == [["three"], ["two"]]
    assert [list(each.name_words) for each in second.searches] == [["one"]]
    assert not second.next_page_token
    at, later = Timestamp(), Timestamp()
    at.FromJsonString("2018-10-26T01:00:00Z")
    later.FromJsonString("2018-10-26T01:00:01Z")
    assert len(await _searches(agus, **{"from": at, "until": later})) == 3
    assert await _searches(agus, until=at) == []
    assert await _searches(agus, **{"from": later}) == []
