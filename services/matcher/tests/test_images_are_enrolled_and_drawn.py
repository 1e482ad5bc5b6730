"""Images of fingers are read, checked for quality, stored, and drawn for an examiner."""

from io import BytesIO

import numpy as np
import pytest
from matcher.synthetic import (
    LIVE_SCAN,
    RidgePattern,
    generate_master,
    generate_ridge_pattern,
    render_impression,
)
from passport.type.v1 import biometrics_pb2
from PIL import Image

from services.databases import execute

from .caller import Caller, hits
from .conftest import Callers, Matchers
from .people import image
from .png_file import png


@pytest.fixture(scope="module")
def impressions() -> list[bytes]:
    """Two impressions of one finger, as PNG files."""
    ridges = generate_ridge_pattern(generate_master(4))
    return [_png(ridges, impression) for impression in (0, 1)]


def _png(ridges: RidgePattern, impression: int) -> bytes:
    return png(render_impression(ridges, impression, capture_difficulty=LIVE_SCAN).image)


async def test_two_impressions_are_one_finger(issuance: Caller, impressions: list[bytes]) -> None:
    stored = (await issuance.enrol("image-1", [image(3, impressions[0])])).encounter
    check = await issuance.enrol("image-2", [image(3, impressions[1])], check=True)

    drawing = await issuance.draw(check.decision.decision_id, "person-of-image-1")

    assert stored.fingers[0].quality >= 20
    assert hits(check.decision) == ["person-of-image-1"]
    assert drawing.position == biometrics_pb2.FINGER_POSITION_RIGHT_MIDDLE
    assert (
        drawing.matched_minutiae == check.decision.candidates[0].finger_scores[0].matched_minutiae
    )
    with Image.open(BytesIO(drawing.png)) as drawn:
        assert drawn.format == "PNG"
        assert np.asarray(drawn.convert("L")).min() < 200


async def test_images_need_not_be_stored(
    matchers: Matchers, callers: Callers, impressions: list[bytes]
) -> None:
    matcher = matchers(store_images=False)
    matcher.start()
    caller = callers(matcher)

    await caller.enrol("image-1", [image(3, impressions[0])])
    check = await caller.enrol("image-2", [image(3, impressions[1])], check=True)
    drawing = await caller.draw(check.decision.decision_id, "person-of-image-1")

    assert drawing.matched_minutiae > 0
    assert execute(matcher.database_url, "SELECT count(*) FROM images") == [(0,)]
    for file in matcher.folder.glob("matcher.sqlite*"):
        assert impressions[0][100:1000] not in file.read_bytes()
