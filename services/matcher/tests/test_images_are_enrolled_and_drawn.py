"""Pictures of fingers: read, judged, kept, and shown to an examiner with what matched."""

from io import BytesIO

import numpy as np
import pytest
from matcher.synthetic import LIVE_SCAN, master
from matcher.synthetic.growth import Ridges
from matcher.synthetic.render import print_image, render_master
from passport.type.v1 import biometrics_pb2
from PIL import Image

from .conftest import Callers, Matchers
from .people import image
from .running import Caller, hits


@pytest.fixture(scope="module")
def touches() -> list[bytes]:
    """Two touches of one finger, as PNG files."""
    ridges = render_master(master(4))
    return [_png(ridges, touch) for touch in (0, 1)]


def _png(ridges: Ridges, touch: int) -> bytes:
    file = BytesIO()
    Image.fromarray(print_image(ridges, touch, hardness=LIVE_SCAN).image).save(file, "PNG")
    return file.getvalue()


async def test_two_touches_are_one_finger(issuance: Caller, touches: list[bytes]) -> None:
    stored = (await issuance.enrol("image-1", [image(3, touches[0])])).encounter
    check = await issuance.enrol("image-2", [image(3, touches[1])], check=True)

    picture = await issuance.draw(check.decision.decision_id, "person-of-image-1")

    assert stored.fingers[0].quality >= 20
    assert hits(check.decision) == ["person-of-image-1"]
    assert picture.position == biometrics_pb2.FINGER_POSITION_RIGHT_MIDDLE
    assert (
        picture.matched_minutiae == check.decision.candidates[0].finger_scores[0].matched_minutiae
    )
    with Image.open(BytesIO(picture.png)) as drawn:
        assert drawn.format == "PNG"
        assert np.asarray(drawn.convert("L")).min() < 200


async def test_images_need_not_be_kept(
    matchers: Matchers, callers: Callers, touches: list[bytes]
) -> None:
    matcher = matchers(store_images=False)
    matcher.start()
    caller = callers(matcher)

    await caller.enrol("image-1", [image(3, touches[0])])
    check = await caller.enrol("image-2", [image(3, touches[1])], check=True)
    picture = await caller.draw(check.decision.decision_id, "person-of-image-1")

    assert picture.matched_minutiae > 0
    assert touches[0][100:1000] not in (matcher.folder / "matcher.sqlite").read_bytes()
