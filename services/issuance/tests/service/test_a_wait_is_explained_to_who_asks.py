"""`ExplainWait` tells who may see an application what it waits for and what would speed it up."""

import pytest
from passport.issuance.v1 import applications_pb2 as apps

from .callers import Refused
from .contract_values import day
from .country import Country


async def _explained(country: Country, id: str) -> apps.WaitExplanation:
    request = apps.ExplainWaitRequest(application_id=id)
    return await country.officer("ExplainWait", request)  # type: ignore[no-any-return]


async def test_a_wait_is_explained_from_the_outage_to_the_withdrawal(country: Country) -> None:
    outage = await country.matcher_fails()
    id = (await country.applies()).application_id

    during = await _explained(country, id)
    application = await country.application(id)
    await country.matcher_returns()
    await country.reaches(id, "AWAITING_APPROVAL")
    after = await _explained(country, id)
    await country.officer("Withdraw", apps.WithdrawRequest(application_id=id))
    ended = await _explained(country, id)

    assert (during.application_id, during.office, during.responsible_office) == (
        id, "BJM", "national",
    )  # fmt: skip
    assert during.state == apps.APPLICATION_STATE_IDENTIFYING
    assert during.waiting == application.waiting
    assert during.waiting.outage_id == outage.outage_id
    assert during.sped_up_by.en == "the end of the outage of the national matcher"
    assert during.HasField("applications_before")
    assert during.applications_before == 0
    assert day(during.promised_collection_date) == day(application.promised_collection_date)
    assert day(during.first_promised_collection_date) == day(during.promised_collection_date)
    assert after.waiting.responsible_party == apps.RESPONSIBLE_PARTY_SUPERVISOR
    assert after.responsible_office == "BJM"
    assert (after.contact_missing, ended.contact_missing) == (True, False)
    assert after.sped_up_by.en.startswith("the supervisor's approval before the office opens on")
    assert ended.state == apps.APPLICATION_STATE_WITHDRAWN
    assert not ended.HasField("waiting")
    assert not ended.HasField("applications_before")
    assert ended.sped_up_by.en == "nothing: the application has ended and waits for nothing"


async def test_it_is_explained_to_nobody_of_another_office(country: Country) -> None:
    id = (await country.takes_in()).application_id
    outsider = country.caller("officer", "joko", "JKT")

    with pytest.raises(Refused, match="WRONG_OFFICE"):
        await outsider("ExplainWait", apps.ExplainWaitRequest(application_id=id))
