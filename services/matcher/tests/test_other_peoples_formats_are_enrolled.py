"""Prints and templates in the formats that registries hold, over the wire."""

import io
from pathlib import Path

import numpy as np
import pytest
from matcher.image.decode import decode
from matcher.record.iso19794 import Edition, FingerRecord, write
from passport.type.v1 import biometrics_pb2 as b
from PIL import Image

from .caller import Caller, hits, refusal
from .people import given, minutiae, sample, template

PRINTS = Path(__file__).parent / "prints"
RING = b.FINGER_POSITION_LEFT_RING


def a_print(impression: int) -> np.ndarray:
    """A synthetic print, as NIST's encoder stored it."""
    return decode((PRINTS / f"impression_{impression}.wsq").read_bytes(), 500)


def image_sample(data: bytes, format: b.ImageFormat.ValueType, **size: int) -> b.FingerSample:
    return b.FingerSample(
        position=RING, image=b.FingerImage(data=data, format=format, ppi=500, **size)
    )


def wsq(impression: int) -> b.FingerSample:
    return image_sample((PRINTS / f"impression_{impression}.wsq").read_bytes(), b.IMAGE_FORMAT_WSQ)


def pillow(impression: int, name: str, format: b.ImageFormat.ValueType) -> b.FingerSample:
    file = io.BytesIO()
    Image.fromarray(a_print(impression)).save(file, name)
    return image_sample(file.getvalue(), format)


def raw(impression: int) -> b.FingerSample:
    pixels = a_print(impression)
    height, width = pixels.shape
    return image_sample(pixels.tobytes(), b.IMAGE_FORMAT_RAW, width=width, height=height)


def of_2005(person: int, position: int, impression: int = 0) -> b.FingerSample:
    record = FingerRecord(position, 0, minutiae(person, position, impression))
    finger = sample(position, write(record, edition=Edition.Y2005))
    finger.template.format = b.TEMPLATE_FORMAT_ISO_19794_2_2005
    return finger


async def test_an_image_is_found_whatever_its_format(issuance: Caller) -> None:
    await issuance.enrol("of-wsq", [wsq(0)])

    for probe in (
        wsq(1),
        raw(1),
        pillow(1, "JPEG", b.IMAGE_FORMAT_JPEG),
        pillow(1, "JPEG2000", b.IMAGE_FORMAT_JPEG_2000),
    ):
        assert "person-of-of-wsq" in hits(await issuance.identify(given([probe])))


async def test_raw_pixels_are_kept_and_drawn_as_a_file_is(issuance: Caller) -> None:
    await issuance.enrol("of-raw", [raw(0)])
    await issuance.enrol("of-png", [pillow(0, "PNG", b.IMAGE_FORMAT_PNG)])
    check = (await issuance.enrol("again", [raw(1)], check=True)).decision.decision_id

    drawn = [await issuance.draw(check, f"person-of-of-{kind}") for kind in ("raw", "png")]

    assert drawn[0].png == drawn[1].png


async def test_a_template_of_2005_is_enrolled_and_found(issuance: Caller, someone: int) -> None:
    stored = await issuance.enrol(f"old-{someone}", [of_2005(someone, 2)])

    found = await issuance.identify(given([sample(2, template(someone, 2, impression=1))]))

    assert stored.encounter.fingers[0].minutiae == len(minutiae(someone, 2))
    assert f"person-of-old-{someone}" in hits(found)


async def test_a_template_of_2005_of_another_finger_is_refused(
    issuance: Caller, someone: int
) -> None:
    finger = of_2005(someone, 2)
    finger.position = b.FINGER_POSITION_LEFT_INDEX

    refused = await refusal(issuance.enrol(f"odd-{someone}", [finger]))

    assert (refused.reason, refused.fields) == ("POSITION_MISMATCH", ["samples[0].template"])


@pytest.mark.parametrize(
    ("image", "field", "reason"),
    [
        (image_sample(b"\x80" * 40_000, b.IMAGE_FORMAT_RAW), "samples[0].image", "INVALID_REQUEST"),
        (
            image_sample(b"\x80" * 40_000, b.IMAGE_FORMAT_PNG, width=200, height=200),
            "samples[0].image",
            "INVALID_REQUEST",
        ),
        (
            image_sample(b"\x80" * 40_000, b.IMAGE_FORMAT_RAW, width=200, height=201),
            "samples[0].image",
            "BAD_IMAGE",
        ),
    ],
    ids=["raw without a size", "a file with a size", "raw of another size"],
)
async def test_sizes_belong_to_raw_pixels(
    issuance: Caller, image: b.FingerSample, field: str, reason: str
) -> None:
    refused = await refusal(issuance.enrol("never", [image]))

    assert (refused.reason, refused.fields) == (reason, [field])
