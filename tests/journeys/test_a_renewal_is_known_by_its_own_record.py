import pytest
from harness.journey_office import JourneyOffice
from passport.issuance.v1 import applications_pb2 as pb

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_a_renewal_is_known_by_its_own_record(office: JourneyOffice) -> None:
    holder = await office.person_on_record()

    [case] = await office.apply(office.renewing(holder))
    examined = await office.decide()

    application = await office.file(case)
    assert application.person_id == holder.person_id
    assert application.own_record_first
    assert application.state != pb.APPLICATION_STATE_ADJUDICATION
    assert examined == []
