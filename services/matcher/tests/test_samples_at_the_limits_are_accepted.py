"""A sample at the limit of what is accepted is accepted, and one beyond it is not."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from matcher.domain.errors import BadTemplate, PoorQuality, TooFewMinutiae
from matcher.domain.finger import FingerImage, FingerSample, Template
from matcher.image.decode import MAX_SIDE, decode
from matcher.record.iso19794 import FingerRecord, write
from matcher.synthetic import LIVE_SCAN, generate_master, generate_ridge_pattern, render_impression
from matcher.use_cases.extract_fingers import AcceptanceLimits, ExtractFingers
from servicekit.process.worker_pool import WorkerPool

from .models import models
from .people import minutiae
from .png_file import png


@pytest.fixture(scope="module")
def image() -> FingerImage:
    ridges = generate_ridge_pattern(generate_master(4))
    pixels = render_impression(ridges, 0, capture_difficulty=LIVE_SCAN).image
    return FingerImage(png(pixels), 500)


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    made = WorkerPool(1, 10)
    yield made
    made.close()


def _extract(pool: WorkerPool, quality: int = 0, places: int = 4) -> ExtractFingers:
    limits = AcceptanceLimits(quality, places)
    return ExtractFingers(models(), decode, limits, pool, store_images=False)


async def test_quality(image: FingerImage, pool: WorkerPool) -> None:
    quality = models().quality(decode(image.data, 500))
    sample = FingerSample(2, 0, image)

    (finger,) = await _extract(pool, quality)([sample], "samples")
    with pytest.raises(PoorQuality) as refused:
        await _extract(pool, quality + 1)([sample], "samples")

    assert (finger.quality, finger.image) == (quality, None)
    assert refused.value.field == "samples[0].image"


async def test_number_of_minutiae(pool: WorkerPool) -> None:
    few = Template(write(FingerRecord(2, 0, minutiae(1, 2).best(12))))
    places = len({*map(bytes, minutiae(1, 2).best(12).xy)})
    sample = FingerSample(2, 0, few)

    (finger,) = await _extract(pool, places=places)([sample], "samples")
    with pytest.raises(TooFewMinutiae):
        await _extract(pool, places=places + 1)([sample], "samples")

    assert len(finger.minutiae) == 12


async def test_faint_minutiae_of_an_image_are_kept_but_do_not_count(pool: WorkerPool) -> None:
    whole = render_impression(
        generate_ridge_pattern(generate_master(7_021)), 0, capture_difficulty=0.2
    ).image
    piece = np.full_like(whole, 255)
    middle = tuple(slice(side // 2 - 45, side // 2 + 45) for side in whole.shape)
    piece[middle] = whole[middle]
    height, width = piece.shape
    sample = FingerSample(2, 0, FingerImage(piece.tobytes(), 500, (width, height)))

    (finger,) = await _extract(pool, places=5)([sample], "samples")
    with pytest.raises(TooFewMinutiae) as refused:
        await _extract(pool, places=6)([sample], "samples")

    assert (finger.minutiae.quality >= 20).sum() == 5
    assert (finger.minutiae.quality < 20).sum() == 3
    assert refused.value.metadata["minutiae"] == "5"
    assert refused.value.field == "samples[0].image"


async def test_size_of_the_image(pool: WorkerPool) -> None:
    records = [
        FingerRecord(2, 0, replace(minutiae(1, 2), width=width))
        for width in (MAX_SIDE, MAX_SIDE + 1)
    ]
    samples = [FingerSample(2, 0, Template(write(record))) for record in records]

    await _extract(pool)([samples[0]], "samples")
    with pytest.raises(BadTemplate):
        await _extract(pool)([samples[1]], "samples")
