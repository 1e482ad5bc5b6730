import pytest
from harness.journey_office import JourneyOffice
from passport.issuance.v1 import applications_pb2 as pb

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_two_persons_merged_by_mistake_are_two_again(office: JourneyOffice) -> None:
    holder = await office.person_on_record()
    other = await office.person_with_fingers_of(holder)
    of_holder, of_other = await office.encounters_of(holder), await office.encounters_of(other)

    [case] = await office.apply(office.renewing(holder))
    await office.staff.drain()
    of_holder |= {case.application_id}
    task = await office.merging_examiners.find_one(case.application_id, other.person_id or "")
    await office.wait_for_encounters(other, of_holder | of_other)
    merged = await office.file(case)
    await office.merging_examiners.find_two(task)
    await office.wait_for_encounters(holder, of_holder)
    await office.decide()

    assert await office.encounters_of(other) == of_other
    assert merged.person_id == other.person_id
    application = await office.file(case)
    assert application.person_id == holder.person_id
    assert application.own_record_first
    assert application.state not in (
        pb.APPLICATION_STATE_ADJUDICATION,
        pb.APPLICATION_STATE_AWAITING_APPROVAL,
    )
