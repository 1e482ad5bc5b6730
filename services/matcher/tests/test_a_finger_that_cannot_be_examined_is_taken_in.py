"""A detector of altered ridges that fails keeps nobody from being assessed and enrolled."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from matcher.domain.finger import FingerImage, FingerSample
from matcher.image.decode import decode
from matcher.models import ModelBundle
from matcher.use_cases.assess_fingers import AssessFingers
from matcher.use_cases.extract_fingers import AcceptanceLimits, ExtractFingers
from matcher.use_cases.readiness import Readiness, ServiceLevel
from servicekit.process.worker_pool import WorkerPool

from services.captured_logs import captured_logs

from .altered_fingers import unaltered
from .models import models
from .png_file import png

LIMITS = AcceptanceLimits(0, 8)


def _fails(*_: Any) -> Any:
    raise ValueError("Singular matrix")


@pytest.fixture
def pool() -> Iterator[WorkerPool]:
    made = WorkerPool(1, 10)
    yield made
    made.close()


@pytest.fixture
def failing() -> ModelBundle:
    detector: Any = _fails
    return replace(models(), alteration=detector)


@pytest.fixture
def sample() -> FingerSample:
    return FingerSample(2, 0, FingerImage(png(unaltered()), 500))


async def test_it_is_enrolled(pool: WorkerPool, failing: ModelBundle, sample: FingerSample) -> None:
    extract = ExtractFingers(failing, decode, LIMITS, pool, store_images=False)

    with captured_logs() as logs:
        (finger,) = await extract([sample], "samples")

    assert finger.alteration is None
    assert len(finger.minutiae) > 20
    assert [each["event"] for each in logs] == ["ridges_not_examined"]


async def test_it_is_assessed(pool: WorkerPool, failing: ModelBundle, sample: FingerSample) -> None:
    readiness = Readiness()
    await readiness.set_level(ServiceLevel.VERIFY_ONLY)
    assess = AssessFingers(failing, decode, LIMITS, pool, readiness)

    with captured_logs() as logs:
        answer = await assess([sample], "samples")

    (finger,) = answer.fingers
    assert (finger.alteration, finger.reason) == (None, "")
    assert [each["event"] for each in logs] == ["ridges_not_examined"]


async def test_what_is_not_stored_is_not_examined(
    pool: WorkerPool, failing: ModelBundle, sample: FingerSample
) -> None:
    extract = ExtractFingers(failing, decode, LIMITS, pool, store_images=False, examine=False)

    with captured_logs() as logs:
        (finger,) = await extract([sample], "samples")

    assert finger.alteration is None
    assert len(finger.minutiae) > 20
    assert logs == []
