"""All fingers of an enrolment are assessed in one call: how good each is, and which are one."""

import asyncio
import threading
from dataclasses import replace
from typing import Any

import pytest
from matcher.domain.finger import FingerImage, FingerSample
from matcher.image.decode import decode
from matcher.synthetic import LIVE_SCAN, render_impression
from matcher.use_cases.assess_fingers import AssessFingers
from matcher.use_cases.extract_fingers import AcceptanceLimits
from matcher.use_cases.readiness import Readiness, ServiceLevel
from passport.matcher.v1 import biometrics_pb2 as pb
from passport.type.v1 import biometrics_pb2 as b
from servicekit.process.worker_pool import WorkerPool

from .caller import Caller, refusal
from .models import models
from .people import as_position, fingers, image
from .png_file import png
from .slaps import pattern

MISSING = b.FingerSample(
    position=b.FINGER_POSITION_LEFT_RING, missing_reason=b.MISSING_REASON_AMPUTATED
)


def _png(impression: int) -> bytes:
    """One impression of one and the same finger."""
    rendered = render_impression(pattern(2), impression, capture_difficulty=LIVE_SCAN)
    return png(rendered.image)


@pytest.fixture(scope="module")
def impressions() -> list[bytes]:
    """Two of one finger, as PNG files."""
    return [_png(0), _png(1)]


async def _assess(caller: Caller, samples: Any) -> pb.AssessFingersResponse:
    request = pb.AssessFingersRequest(samples=samples)
    return await caller.biometrics.AssessFingers(request)  # type: ignore[no-any-return]


def _pairs(answer: pb.AssessFingersResponse) -> list[tuple[int, int]]:
    return [(pair.first, pair.second) for pair in answer.same_fingers]


async def test_images_of_one_finger_at_two_positions(
    issuance: Caller, someone: int, impressions: list[bytes]
) -> None:
    samples = [
        image(7, impressions[1]), *fingers(someone, positions=[1]), MISSING,
        image(2, impressions[0]),
    ]  # fmt: skip

    answer = await _assess(issuance, samples)
    refused = await refusal(issuance.enrol(f"{someone}", samples))

    assert [finger.position for finger in answer.fingers] == [7, 1, 2]
    assert [finger.HasField("quality") for finger in answer.fingers] == [True, False, True]
    assert all(finger.acceptable and finger.minutiae >= 8 for finger in answer.fingers)
    assert _pairs(answer) == [(2, 7)]
    assert refused.reason == "SAME_FINGER_TWICE"


async def test_each_pair_of_one_finger_is_told(issuance: Caller, someone: int) -> None:
    thrice = [as_position(position, someone, 2, position) for position in (2, 3, 7)]

    answer = await _assess(issuance, [*thrice, *fingers(someone, positions=[1, 6])])

    assert _pairs(answer) == [(2, 3), (2, 7), (3, 7)]


async def test_ten_fingers_are_ten(issuance: Caller, someone: int) -> None:
    answer = await _assess(issuance, fingers(someone, positions=range(1, 11)))

    assert [finger.acceptable for finger in answer.fingers] == [True] * 10
    assert not answer.same_fingers


async def test_a_set_without_any_finger_is_refused(issuance: Caller) -> None:
    refused = await refusal(_assess(issuance, [MISSING]))

    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "INVALID_REQUEST")
    assert refused.fields == ["samples"]


async def test_a_position_stands_once_in_a_set(issuance: Caller, someone: int) -> None:
    refused = await refusal(_assess(issuance, fingers(someone) + fingers(someone)))

    assert (refused.code, refused.reason) == ("INVALID_ARGUMENT", "DUPLICATE_POSITION")
    assert refused.fields == ["samples[2].position"]


async def _assesses(pool: WorkerPool, extractor: Any) -> AssessFingers:
    bundle = replace(models(), extractor=extractor)
    readiness = Readiness()
    await readiness.set_level(ServiceLevel.VERIFY_ONLY)
    return AssessFingers(bundle, decode, AcceptanceLimits(20, 8), pool, readiness)


async def test_each_image_is_extracted_once(impressions: list[bytes]) -> None:
    extracted = []

    def extractor(pixels: Any) -> Any:
        extracted.append(pixels.shape)
        return models().extractor(pixels)

    pool = WorkerPool(workers=1, queue_size=8)
    assess = await _assesses(pool, extractor)
    samples = [
        FingerSample(position, 0, FingerImage(data, 500))
        for position, data in zip((2, 7), impressions, strict=True)
    ]

    assessment = await assess(samples, "samples")
    pool.close()

    assert assessment.same == ((2, 7),)
    assert len(extracted) == 2


async def test_somebody_at_the_counter_does_not_wait_for_the_enrolments_of_others(
    impressions: list[bytes],
) -> None:
    done: list[str] = []

    def extractor(pixels: Any) -> Any:
        done.append("assessment")
        return models().extractor(pixels)

    pool, release = WorkerPool(workers=1, queue_size=8), threading.Event()
    assess = await _assesses(pool, extractor)
    running = asyncio.ensure_future(pool.run(release.wait))
    enrolments = [asyncio.ensure_future(pool.run(done.append, "enrolment")) for _ in range(2)]
    await asyncio.sleep(0)
    sample = FingerSample(2, 0, FingerImage(impressions[0], 500))
    assessment = asyncio.ensure_future(assess([sample], "samples"))
    for _ in range(3):
        await asyncio.sleep(0)
    release.set()
    await asyncio.gather(running, *enrolments, assessment)
    pool.close()

    assert done == ["assessment", "enrolment", "enrolment"]
