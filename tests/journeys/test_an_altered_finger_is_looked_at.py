from dataclasses import replace
from pathlib import Path

import pytest
from harness.journey_office import JourneyOffice
from harness.world.fingers import ImageFileFingers
from matcher.synthetic import generate_master, generate_ridge_pattern, render_impression
from matcher.synthetic.alteration import AlterationKind, alter
from matcher.synthetic.ridge_pattern import RidgePattern
from passport.issuance.v1 import adjudication_pb2
from passport.issuance.v1 import applications_pb2 as pb
from passport.matcher.v1 import alteration_pb2
from passport.type.v1 import biometrics_pb2 as biometrics
from PIL import Image

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.timeout(300)]


def _file(finger: RidgePattern, path: Path) -> Path:
    Image.fromarray(render_impression(finger, 0, capture_difficulty=0.2).image).save(path)
    return path


async def test_an_altered_finger_is_looked_at(office: JourneyOffice, tmp_path: Path) -> None:
    turned, whole, donor = (generate_ridge_pattern(generate_master(n)) for n in (7_021, 7_031, 1))
    right = _file(alter(turned, AlterationKind.ROTATION, 0, donor), tmp_path / "right.png")
    left = _file(whole, tmp_path / "left.png")
    applicant = office.first_time_applicant()
    fingers = ImageFileFingers(((right,), (left,)), 500)

    [case] = await office.apply(replace(applicant, human=replace(applicant.human, fingers=fingers)))
    [examined] = await office.decide()

    assert examined.task.cause == adjudication_pb2.TASK_CAUSE_POSSIBLY_ALTERED
    assert examined.task.state == adjudication_pb2.TASK_STATE_CLEARED
    [seen] = examined.ridges
    assert seen.position == biometrics.FINGER_POSITION_RIGHT_INDEX
    assert seen.alteration.finding == alteration_pb2.ALTERATION_FINDING_POSSIBLY_ALTERED
    assert seen.png
    assert (await office.file(case)).state == pb.APPLICATION_STATE_APPROVED
