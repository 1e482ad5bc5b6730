import pytest
from harness.town import Told, Town
from passport.issuance.v1 import applications_pb2 as pb

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


async def test_a_second_identity_is_refused_by_two_examiners(town: Town) -> None:
    known = await town.somebody_on_record()

    [case] = await town.apply(town.deceiving(known))
    [examined] = await town.decide()

    application = await town.file(case)
    assert application.state == pb.APPLICATION_STATE_REFUSED
    assert examined.task.candidates[0].person_id == known.person_id
    assert len({look.by for look in examined.task.examinations}) == 2
    assert all(picture.png for picture in examined.pictures)
    assert (await town.told(case))[-1] == Told("REFUSED", None)
