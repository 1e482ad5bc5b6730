import pytest
from harness.journey_office import JourneyOffice
from passport.issuance.v1 import applications_pb2 as pb

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_intake_goes_on_while_the_matcher_is_away(office: JourneyOffice) -> None:
    await office.staff.matcher_fails()
    [outage] = await office.staff.administrator.outages(lasting=True)

    cases = await office.apply(*(office.first_time_applicant() for _ in range(3)))
    waiting = [(await office.file(case)).waiting for case in cases]
    await office.staff.matcher_returns()
    await office.decide()

    assert {(wait.responsible_party, wait.outage_id) for wait in waiting} == {
        (pb.RESPONSIBLE_PARTY_MATCHER, outage.outage_id)
    }
    assert {(await office.file(case)).state for case in cases} == {pb.APPLICATION_STATE_APPROVED}
