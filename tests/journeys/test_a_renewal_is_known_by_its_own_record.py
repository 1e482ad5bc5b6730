import pytest
from harness.town import Town
from passport.issuance.v1 import applications_pb2 as pb

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_a_renewal_is_known_by_its_own_record(town: Town) -> None:
    holder = await town.somebody_on_record()

    [case] = await town.apply(town.renewing(holder))
    examined = await town.decide()

    application = await town.file(case)
    assert application.person_id == holder.person_id
    assert application.own_record_first
    assert application.state != pb.APPLICATION_STATE_ADJUDICATION
    assert examined == []
