"""Every change of an office and its calendar says who made it, when, and what was there before."""

from typing import Any

import pytest
from passport.issuance.v1 import offices_pb2 as pb

from .callers import Caller, Refused
from .contract_values import calendar_date, day
from .country import Country

ANI = "spiffe://id/office/national/user/ani/role/administrator"
Change = tuple[str, str, list[tuple[str, str, str]]]


async def _changes(caller: Caller, **request: Any) -> list[pb.OfficeChange]:
    listed = await caller("ListOfficeChanges", pb.ListOfficeChangesRequest(**request))
    return list(listed.changes)


def told(change: pb.OfficeChange) -> Change:
    """Return office, event and the values that differ."""
    values = [(each.field, each.before, each.after) for each in change.changes]
    return change.office, pb.OfficeEvent.Name(change.event)[13:], values


async def test_what_was_there_before_and_who_changed_it(country: Country) -> None:
    ani, agus = country.administrator, country.supervisor
    flood = calendar_date("2018-10-30")
    await ani("PutOffice", pb.PutOfficeRequest(office="BJM", opens="07:30", machines=3))
    await agus(
        "SetCapacity",
        pb.SetCapacityRequest(office="BJM", machines=4, books_per_machine_per_day=40.5),
    )
    await ani("AddClosure", pb.AddClosureRequest(office="BJM", day=flood, reason="flood"))
    await ani("RemoveClosure", pb.RemoveClosureRequest(office="BJM", day=flood))
    saturday = calendar_date("2018-10-27")
    await ani("AddWorkingDay", pb.AddWorkingDayRequest(day=saturday, reason="backlog"))

    changes = await _changes(agus)

    assert [told(change) for change in changes[:-1]] == [
        ("", "ADD_WORKING_DAY", [("reason", "", "backlog")]),
        ("BJM", "REMOVE_CLOSURE", [("reason", "flood", "")]),
        ("BJM", "ADD_CLOSURE", [("reason", "", "flood")]),
        ("BJM", "SET_CAPACITY", [("machines", "3", "4")]),
        ("BJM", "PUT_OFFICE", [("opens", "08:00", "07:30"), ("machines", "4", "3")]),
    ]
    assert [change.by.rpartition("/user/")[2] for change in changes] == [
        "ani/role/administrator",
        "ani/role/administrator",
        "ani/role/administrator",
        "agus/role/supervisor",
        "ani/role/administrator",
        "service:issuance",
    ]
    days = [day(change.day) for change in changes if change.HasField("day")]
    assert days == ["2018-10-27", "2018-10-30", "2018-10-30", "2018-10-26"]
    assert changes[0].at.ToJsonString() == "2018-10-26T01:00:00Z"
    # What the settings filled the database with.
    assert told(changes[-1])[2][:2] == [
        ("name", "", "Banjarmasin"),
        ("timezone", "", "Asia/Makassar"),
    ]


async def test_a_removed_office_and_one_that_is_taken_up_again(country: Country) -> None:
    await country.administrator("RemoveOffice", pb.RemoveOfficeRequest(office="JKT"))
    await country.administrator("PutOffice", pb.PutOfficeRequest(office="JKT"))

    again, removed, _ = await _changes(country.administrator, office="JKT")

    assert told(removed)[1:] == (
        "REMOVE_OFFICE",
        [("removed_at", "", "2018-10-26T01:00:00+00:00")],
    )
    assert told(again)[1:] == ("PUT_OFFICE", [("removed_at", "2018-10-26T01:00:00+00:00", "")])


async def test_an_office_sees_its_own_changes_in_pages(country: Country) -> None:
    joko = country.caller("administrator", "joko", "JKT")
    for opens in ("07:00", "07:15", "07:30"):
        await joko("PutOffice", pb.PutOfficeRequest(office="JKT", opens=opens))

    request = pb.ListOfficeChangesRequest(page_size=3)
    first = await joko("ListOfficeChanges", request)
    request.page_token = first.next_page_token
    second = await joko("ListOfficeChanges", request)

    assert [change.changes[0].after for change in first.changes] == ["07:30", "07:15", "07:00"]
    assert [change.by for change in second.changes] == ["service:issuance"]
    assert not second.next_page_token
    assert {change.office for change in await _changes(country.administrator)} == {"BJM", "JKT"}
    with pytest.raises(Refused, match="WRONG_OFFICE"):
        await _changes(joko, office="BJM")


async def test_a_change_that_is_refused_leaves_nothing(country: Country) -> None:
    before = await _changes(country.administrator)
    closure = pb.AddClosureRequest(office="BJM", day=calendar_date("2018-10-28"), reason="Sunday")

    with pytest.raises(Refused, match="BAD_DATE"):
        await country.administrator("AddClosure", closure)

    assert await _changes(country.administrator) == before


async def test_a_repeated_request_is_on_record_once(country: Country) -> None:
    request = pb.PutOfficeRequest(request_id="opens-earlier", office="BJM", opens="07:30")
    for _ in range(2):
        await country.administrator("PutOffice", request)

    changes = await _changes(country.administrator, office="BJM")

    assert [told(change)[1] for change in changes] == ["PUT_OFFICE", "PUT_OFFICE"]
    assert changes[0].by == ANI
