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
