"""Another supervisor reopens an application that was refused."""

import pytest
from passport.issuance.v1 import applications_pb2 as apps

from .callers import Refused
from .country import Country


async def test_a_refusal_is_appealed(country: Country) -> None:
    id = (await country.applies()).application_id
    await country.reaches(id, "AWAITING_APPROVAL")
    refuse = apps.RefuseRequest(application_id=id, reason="another nationality")
    await country.supervisor("Refuse", refuse)
    appeal = apps.AppealRequest(
        request_id="appeal-0001",
        application_id=id,
        reason="the ministry confirmed the nationality",
        contact=apps.Contact(phone="+6281234567890"),
    )
    other = country.caller("supervisor", "hayati")

    with pytest.raises(Refused) as own:
        await country.supervisor("Appeal", appeal)
    reopened = await other("Appeal", appeal)
    again = await other("Appeal", appeal)

    assert own.value.reason == "SEPARATION_OF_DUTIES"
    assert reopened.state == apps.APPLICATION_STATE_AWAITING_APPROVAL
    assert reopened.contact.phone == "+6281234567890"
    assert again == reopened
    assert (await country.history(id))[-2:] == ["refuse", "reopen"]
