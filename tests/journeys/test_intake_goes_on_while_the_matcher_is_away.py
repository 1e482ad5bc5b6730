import pytest
from harness.town import Town
from passport.issuance.v1 import applications_pb2 as pb

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_intake_goes_on_while_the_matcher_is_away(town: Town) -> None:
    await town.office.matcher_fails()
    [outage] = await town.office.administrator.outages(lasting=True)

    cases = await town.apply(*(town.stranger() for _ in range(3)))
    waiting = [(await town.file(case)).waiting for case in cases]
    await town.office.matcher_returns()
    await town.decide()

    assert {(wait.responsible_party, wait.outage_id) for wait in waiting} == {
        (pb.RESPONSIBLE_PARTY_MATCHER, outage.outage_id)
    }
    assert {(await town.file(case)).state for case in cases} == {pb.APPLICATION_STATE_APPROVED}
