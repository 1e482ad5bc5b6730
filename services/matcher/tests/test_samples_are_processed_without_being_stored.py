"""Quality, templates, slaps and comparisons are answered; nothing is stored."""

from io import BytesIO
from typing import Any

import numpy as np
import pytest
from matcher.record.iso19794 import read
from matcher.synthetic import LIVE_SCAN, render_impression
from passport.matcher.v1 import biometrics_pb2 as pb
from passport.type.v1 import biometrics_pb2 as b
from PIL import Image

from .caller import Caller, refusal
from .people import template
from .png_file import png
from .slaps import pattern, right_hand, slap

ISO_2005, ISO_2011 = b.TEMPLATE_FORMAT_ISO_19794_2_2005, b.TEMPLATE_FORMAT_ISO_19794_2_2011


def _image(pixels: Any) -> b.FingerImage:
    return b.FingerImage(data=png(pixels), format=b.IMAGE_FORMAT_PNG, ppi=500)


@pytest.fixture(scope="module")
def impressions() -> list[b.FingerImage]:
    """Two of one finger."""
    return [
        _image(render_impression(pattern(2), seed, capture_difficulty=LIVE_SCAN).image)
        for seed in (0, 1)
    ]


PAPER = _image(np.full((300, 300), 250, np.uint8))
GARBAGE = b.FingerImage(data=b"\xff" * 300, format=b.IMAGE_FORMAT_PNG, ppi=500)
RECORD = b.FingerTemplate(data=template(1, 2), format=ISO_2011)
BROKEN = b.FingerTemplate(data=RECORD.data[:90], format=ISO_2011)


async def test_quality(issuance: Caller, impressions: list[b.FingerImage]) -> None:
    good = await issuance.biometrics.AssessQuality(pb.AssessQualityRequest(image=impressions[0]))
    poor = await issuance.biometrics.AssessQuality(pb.AssessQualityRequest(image=PAPER))

    assert (good.acceptable, good.reason) == (True, "")
    assert good.quality >= 20
    assert good.minutiae >= 8
    assert (poor.acceptable, poor.reason, poor.minutiae) == (False, "POOR_QUALITY", 0)


async def test_extraction(issuance: Caller, impressions: list[b.FingerImage]) -> None:
    request = pb.ExtractTemplateRequest(
        image=impressions[0], position=b.FINGER_POSITION_LEFT_INDEX, format=ISO_2005
    )

    extracted = await issuance.biometrics.ExtractTemplate(request)

    (view,) = read(extracted.template.data)
    assert extracted.template.data.startswith(b"FMR\0 20\0")
    assert extracted.template.format == ISO_2005
    assert (view.position, len(view.minutiae)) == (7, extracted.minutiae)
    assert extracted.quality >= 20
    assert extracted.extractor_version.startswith("leader-")


async def test_conversion_there_and_back(issuance: Caller) -> None:
    converted = RECORD
    for form in (ISO_2005, ISO_2011):
        answer = await issuance.biometrics.ConvertTemplate(
            pb.ConvertTemplateRequest(template=converted, format=form)
        )
        converted = answer.template

    (before,), (after,) = read(RECORD.data), read(converted.data)
    assert np.array_equal(before.minutiae.xy, after.minutiae.xy)
    assert converted.format == ISO_2011


async def test_comparison(issuance: Caller, impressions: list[b.FingerImage]) -> None:
    mated = pb.CompareTemplatesRequest(
        probe=pb.ComparedFinger(image=impressions[0]),
        reference=pb.ComparedFinger(image=impressions[1]),
    )
    non_mated = pb.CompareTemplatesRequest(
        probe=pb.ComparedFinger(image=impressions[0]), reference=pb.ComparedFinger(template=RECORD)
    )

    same, different = [
        await issuance.biometrics.CompareTemplates(request) for request in (mated, non_mated)
    ]

    assert same.score.value > 4 > different.score.value
    assert same.matched_minutiae > 12
    assert same.score.calibration_version
    assert same.model_version.startswith("leader-")


async def test_a_slap(issuance: Caller) -> None:
    rendered = right_hand()

    answer = await issuance.biometrics.SegmentSlap(pb.SegmentSlapRequest(slap=slap(rendered)))

    assert [finger.position for finger in answer.fingers] == [2, 3, 4, 5]
    for finger, true in zip(answer.fingers, rendered.fingers, strict=True):
        assert (finger.center_x, finger.center_y) == pytest.approx((true.x, true.y), abs=16)
        assert finger.quality >= 20
    with Image.open(BytesIO(answer.fingers[0].image.data)) as alone:
        assert alone.size == pytest.approx((answer.fingers[0].width, answer.fingers[0].height), 0.2)
    assert answer.fingers[0].image.ppi == 500


async def test_a_slap_of_three_fingers(issuance: Caller) -> None:
    three = slap(right_hand((2, 3, 4)), missing=(b.FINGER_POSITION_RIGHT_LITTLE,))

    answer = await issuance.biometrics.SegmentSlap(pb.SegmentSlapRequest(slap=three))

    assert [finger.position for finger in answer.fingers] == [2, 3, 4]


@pytest.mark.parametrize(
    ("method", "request_", "reason", "field"),
    [
        ("AssessQuality", pb.AssessQualityRequest(image=GARBAGE), "BAD_IMAGE", "image"),
        ("AssessQuality", pb.AssessQualityRequest(), "INVALID_REQUEST", "image"),
        (
            "ExtractTemplate",
            pb.ExtractTemplateRequest(image=PAPER, position=b.FINGER_POSITION_RIGHT_INDEX),
            "POOR_QUALITY",
            "image",
        ),
        ("ExtractTemplate", pb.ExtractTemplateRequest(image=PAPER), "INVALID_REQUEST", "position"),
        (
            "ConvertTemplate",
            pb.ConvertTemplateRequest(template=BROKEN, format=ISO_2005),
            "BAD_TEMPLATE",
            "template",
        ),
        (
            "CompareTemplates",
            pb.CompareTemplatesRequest(
                probe=pb.ComparedFinger(template=RECORD),
                reference=pb.ComparedFinger(template=BROKEN),
            ),
            "BAD_TEMPLATE",
            "reference.template",
        ),
        (
            "CompareTemplates",
            pb.CompareTemplatesRequest(
                probe=pb.ComparedFinger(image=PAPER), reference=pb.ComparedFinger(template=RECORD)
            ),
            "TOO_FEW_MINUTIAE",
            "probe.image",
        ),
    ],
)
async def test_bad_samples_are_refused(
    issuance: Caller, method: str, request_: Any, reason: str, field: str
) -> None:
    refused = await refusal(getattr(issuance.biometrics, method)(request_))

    assert (refused.code, refused.reason, refused.fields) == ("INVALID_ARGUMENT", reason, [field])


LITTLE, THUMB = b.FINGER_POSITION_RIGHT_LITTLE, b.FINGER_POSITION_RIGHT_THUMB


@pytest.mark.parametrize(
    ("changed", "reason", "field", "metadata"),
    [
        ({"position": b.SLAP_POSITION_LEFT_FOUR}, "WRONG_HAND", "slap.image", {}),
        (
            {"missing": (LITTLE,)},
            "FINGERS_NOT_FOUND",
            "slap.image",
            {"expected": "3", "found": "4"},
        ),
        ({"missing": (THUMB,)}, "INVALID_REQUEST", "slap.missing[0].position", {}),
        ({"missing": (LITTLE, LITTLE)}, "INVALID_REQUEST", "slap.missing[1].position", {}),
        (
            {"missing": tuple(b.FingerPosition.ValueType(each) for each in (2, 3, 4, 5))},
            "INVALID_REQUEST",
            "slap.missing",
            {},
        ),
    ],
)
async def test_bad_slaps_are_refused(
    issuance: Caller, changed: dict[str, Any], reason: str, field: str, metadata: dict[str, str]
) -> None:
    request = pb.SegmentSlapRequest(slap=slap(right_hand(), **changed))

    refused = await refusal(issuance.biometrics.SegmentSlap(request))

    assert (refused.code, refused.reason, refused.fields) == ("INVALID_ARGUMENT", reason, [field])
    assert {key: refused.metadata.get(key) for key in metadata} == metadata


async def test_nothing_is_stored(issuance: Caller, shared_matcher: Any) -> None:
    before = shared_matcher.status()

    await issuance.biometrics.CompareTemplates(
        pb.CompareTemplatesRequest(
            probe=pb.ComparedFinger(template=RECORD), reference=pb.ComparedFinger(template=RECORD)
        )
    )

    after = shared_matcher.status()
    assert (after.latest_change, after.decisions) == (before.latest_change, before.decisions)
