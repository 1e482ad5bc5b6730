"""Administrators see which applications are late and whose turn it is, those of their office."""

import pytest
from passport.issuance.v1 import admin_pb2
from passport.issuance.v1 import applications_pb2 as apps
from servicekit.grpc import page_tokens

from .callers import Refused
from .country import Country


async def test_the_status_names_them_and_a_list_has_all(country: Country) -> None:
    ours = (await country.takes_in()).application_id
    theirs = (await country.at("JKT").takes_in()).application_id
    country.clock("2018-10-30T09:00+08:00")
    of_jakarta = country.caller("administrator", "joko", "JKT")

    status = await country.status()
    only = await of_jakarta("GetStatus", admin_pb2.GetStatusRequest())
    first = await country.administrator("ListStuck", admin_pb2.ListStuckRequest(page_size=1))
    rest = await country.administrator(
        "ListStuck", admin_pb2.ListStuckRequest(page_token=first.next_page_token)
    )

    assert {late.application_id for late in status.late_applications} == {ours, theirs}
    assert [late.application_id for late in only.late_applications] == [theirs]
    listed = [*first.late_applications, *rest.late_applications]
    assert {late.application_id for late in listed} == {ours, theirs}
    (late,) = [each for each in listed if each.application_id == ours]
    assert late.waiting.responsible_party == apps.RESPONSIBLE_PARTY_OFFICER
    assert late.waiting.late_since.ToJsonString() == "2018-10-29T01:00:00Z"
    assert (await country.application(ours)).waiting == late.waiting


@pytest.mark.parametrize("key", ["7", "2018-10-26", "yesterday task:1", "0001-01-01T00:00+14:00 x"])
async def test_a_token_of_another_list_is_refused(country: Country, key: str) -> None:
    request = admin_pb2.ListStuckRequest(page_token=page_tokens.encode(key))

    with pytest.raises(Refused, match="BAD_PAGE_TOKEN"):
        await country.administrator("ListStuck", request)
