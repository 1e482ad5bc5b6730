"""A proxy is appointed at any time before the hand-over, and then collects the passport."""

import pytest
from passport.issuance.v1 import applications_pb2 as apps

from .callers import Refused
from .country import Country

NUR = apps.Proxy(name="Nur Aini", identity_number="6371012104900001", letter_of_authority="17/2018")


async def test_appointed_on_the_first_day_and_sent_at_last(country: Country) -> None:
    id = (await country.applies()).application_id
    appoint = apps.AppointProxyRequest(application_id=id, proxy=NUR)
    appointed = await country.officer("AppointProxy", appoint)
    await country.approves(id)
    await country.reaches(id, "READY")
    collected = apps.HandOverRequest(
        application_id=id,
        signed_by=NUR.name,
        collected_by=apps.COLLECTOR_PROXY,
        proxy_identity_number=NUR.identity_number,
    )

    with pytest.raises(Refused, match="SEPARATION_OF_DUTIES"):
        await country.officer("HandOver", collected)
    collected.request_id = ""
    done = await country.caller("officer", "rahmat")("HandOver", collected)

    assert appointed.proxy == NUR
    assert done.state == apps.APPLICATION_STATE_HANDED_OVER
