"""Whatever comes as a finger and is none is refused, naming the field; nothing is stored."""

import struct
import zlib
from dataclasses import replace

import numpy as np
import pytest
from matcher.minutiae import minutiae_from_rows
from matcher.record.iso19794 import FingerRecord, write
from passport.matcher.v1 import biometrics_pb2 as pb
from passport.type.v1 import biometrics_pb2 as b

from .caller import Caller, refusal
from .people import fingers, image, minutiae, sample, template
from .png_file import png

INDEX = b.FINGER_POSITION_RIGHT_INDEX
GOOD = template(1, 2)


def _png(width: int, height: int) -> bytes:
    """A file whose header promises so many pixels, and that holds none of them."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        body = kind + content
        return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = zlib.compress(bytes(10_000))
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)
    return start + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def _noise(least: int = 0) -> bytes:
    """Grey of no meaning, ``least`` and more."""
    return png(np.random.default_rng(0).integers(least, 256, (400, 300), np.uint8))


def _two_fingers() -> bytes:
    """A record of two representations."""
    length, count = len(GOOD) * 2 - 15, 2
    return GOOD[:8] + struct.pack(">IH", length, count) + GOOD[14:] + GOOD[15:]


def _wide() -> bytes:
    """A record of an image as wide as the format allows, scanned so coarsely that it grows."""
    wide = write(FingerRecord(2, 0, replace(minutiae(1, 2), width=16_000)))
    return wide.replace(struct.pack(">HH", 197, 197), struct.pack(">HH", 99, 99))


IMAGES = {
    "bomb": (_png(60_000, 60_000), "BAD_IMAGE"),
    "nothing by nothing": (_png(0, 0), "BAD_IMAGE"),
    "truncated": (_noise()[:20_000], "BAD_IMAGE"),
    "garbage": (b"\x89PNG\r\n\x1a\n" + b"\xff" * 500, "BAD_IMAGE"),
    "paper": (_noise(least=250), "POOR_QUALITY"),
    "noise": (_noise(), "TOO_FEW_MINUTIAE"),
}
TEMPLATES = {
    "garbage": (b"\xff" * 300, "BAD_TEMPLATE"),
    "truncated": (GOOD[:100], "BAD_TEMPLATE"),
    "two fingers": (_two_fingers(), "BAD_TEMPLATE"),
    "another finger": (template(1, 7), "POSITION_MISMATCH"),
    "of a wall": (_wide(), "BAD_TEMPLATE"),
    "all minutiae in one place": (
        write(
            FingerRecord(2, 0, minutiae_from_rows([(9, 9, 1, 1, 50)] * 255, width=300, height=400))
        ),
        "TOO_FEW_MINUTIAE",
    ),
    "hardly any minutiae": (
        write(FingerRecord(2, 0, minutiae(1, 2).best(7))),
        "TOO_FEW_MINUTIAE",
    ),
}
SAMPLES = {
    **{f"image, {name}": (image(2, data), "image", why) for name, (data, why) in IMAGES.items()},
    **{
        f"template, {name}": (sample(2, data), "template", why)
        for name, (data, why) in TEMPLATES.items()
    },
}


@pytest.mark.parametrize(("bad", "part", "reason"), SAMPLES.values(), ids=SAMPLES.keys())
async def test_the_sample_is_named(
    issuance: Caller, someone: int, bad: b.FingerSample, part: str, reason: str
) -> None:
    samples = [*fingers(someone, positions=[7]), bad]

    refused = await refusal(issuance.enrol(f"{someone}", samples))

    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", reason)
    assert refused.fields == [f"samples[1].{part}"]
    assert (await refusal(issuance.get(f"{someone}"))).reason == "ENCOUNTER_NOT_FOUND"


@pytest.mark.parametrize(("bad", "part", "reason"), SAMPLES.values(), ids=SAMPLES.keys())
async def test_an_assessment_says_before_what_an_enrolment_would(
    issuance: Caller, someone: int, bad: b.FingerSample, part: str, reason: str
) -> None:
    request = pb.AssessFingersRequest(samples=[*fingers(someone, positions=[7]), bad])

    if reason in ("POOR_QUALITY", "TOO_FEW_MINUTIAE"):
        answer = await issuance.biometrics.AssessFingers(request)
        assert [finger.reason for finger in answer.fingers] == ["", reason]
        assert [finger.acceptable for finger in answer.fingers] == [True, False]
    else:
        refused = await refusal(issuance.biometrics.AssessFingers(request))
        assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", reason)
        assert refused.fields == [f"samples[1].{part}"]


@pytest.mark.parametrize(
    ("samples", "reason", "field"),
    [
        (fingers(1) + fingers(2), "DUPLICATE_POSITION", "samples[2].position"),
        ([image(2, b"x", ppi=2)], "INVALID_REQUEST", "samples[0].image.ppi"),
        ([sample(11, GOOD)], "INVALID_REQUEST", "samples[0].position"),
        ([sample(b.FINGER_POSITION_UNSPECIFIED, GOOD)], "INVALID_REQUEST", "samples[0].position"),
        ([image(2, bytes(17 << 20))], "INVALID_REQUEST", "samples[0].image.data"),
        (
            [b.FingerSample(position=INDEX, missing_reason=b.MISSING_REASON_AMPUTATED)],
            "INVALID_REQUEST",
            "samples",
        ),
        ([], "INVALID_REQUEST", "samples"),
    ],
)
async def test_samples_must_make_sense(
    issuance: Caller, someone: int, samples: list[b.FingerSample], reason: str, field: str
) -> None:
    refused = await refusal(issuance.enrol(f"{someone}", samples))

    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", reason)
    assert refused.fields == [field]


async def test_sixty_megabytes_are_too_many(issuance: Caller, someone: int) -> None:
    refused = await refusal(issuance.enrol(f"{someone}", [image(2, bytes(60_000_000))]))

    assert (refused.code, refused.reason) == ("RESOURCE_EXHAUSTED", "REQUEST_TOO_LARGE")
    assert (await issuance.enrol(f"{someone}", fingers(someone))).encounter.revision == 1


async def test_an_unknown_position_in_the_record_is_taken_as_said(
    issuance: Caller, someone: int
) -> None:
    record = write(FingerRecord(0, 0, minutiae(someone, 2)))

    stored = (await issuance.enrol(f"{someone}", [sample(2, record)])).encounter

    assert [finger.position for finger in stored.fingers] == [2]
