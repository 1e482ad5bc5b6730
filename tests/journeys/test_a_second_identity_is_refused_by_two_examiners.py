import pytest
from harness.journey_office import JourneyOffice, NoticeSeen
from passport.issuance.v1 import applications_pb2 as pb

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_a_second_identity_is_refused_by_two_examiners(office: JourneyOffice) -> None:
    known = await office.person_on_record()

    [case] = await office.apply(office.under_another_name(known))
    [examined] = await office.decide()

    application = await office.file(case)
    assert application.state == pb.APPLICATION_STATE_REFUSED
    assert examined.task.candidates[0].person_id == known.person_id
    assert len({examination.by for examination in examined.task.examinations}) == 2
    assert all(figure.png for figure in examined.figures)
    assert (await office.notices_to(case))[-1] == NoticeSeen("REFUSED", None)
