"""Fingers of templates take one trip to a thread, and are prepared once for all comparisons."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matcher.domain.errors import BadTemplate, SameFingerTwice
from matcher.domain.finger import FingerSample, Template
from matcher.image.decode import decode
from matcher.index.finger_features import finger_features, prepared_features, prepared_finger
from matcher.record.iso19794 import FingerRecord, write
from matcher.use_cases.extract_fingers import AcceptanceLimits, ExtractFingers
from servicekit.process.worker_pool import WorkerPool

from .models import models
from .people import minutiae


class _CountingPool(WorkerPool):
    trips = 0

    async def run(self, work: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        self.trips += 1
        return await super().run(work, *args, **kwargs)


@pytest.fixture
def pool() -> Iterator[_CountingPool]:
    made = _CountingPool(1, 10)
    yield made
    made.close()


@pytest.fixture
def extract(pool: WorkerPool) -> ExtractFingers:
    return ExtractFingers(models(), decode, AcceptanceLimits(0, 4), pool, store_images=False)


def _sample(position: int, finger: int) -> FingerSample:
    return FingerSample(
        position, 0, Template(write(FingerRecord(position, 0, minutiae(1, finger))))
    )


async def test_by_one_trip(extract: ExtractFingers, pool: _CountingPool) -> None:
    fingers = await extract([_sample(7, 7), _sample(2, 2)], "samples")

    assert [finger.position for finger in fingers] == [2, 7]
    assert pool.trips == 1


async def test_as_they_would_be_prepared_from_what_is_stored(extract: ExtractFingers) -> None:
    (finger,) = await extract([_sample(2, 2)], "samples")
    assert finger.prepared is not None

    made = finger_features(models(), finger.minutiae, finger.embedding, lists=3)
    kept = prepared_features(models(), finger.prepared, finger.embedding, lists=3)

    assert prepared_finger(models().comparator, finger) is finger.prepared
    assert np.array_equal(kept.lists, made.lists)
    assert np.array_equal(kept.prepared.geometry, made.prepared.geometry)
    assert np.array_equal(kept.prepared.descriptors, made.prepared.descriptors)
    assert np.array_equal(kept.prepared.minutia_index, made.prepared.minutia_index)


async def test_one_that_nobody_prepared_is_prepared_when_it_is_compared(
    extract: ExtractFingers,
) -> None:
    (finger,) = await extract([_sample(2, 2)], "samples")
    assert finger.prepared is not None

    prepared = prepared_finger(models().comparator, replace(finger, prepared=None))

    assert np.array_equal(prepared.descriptors, finger.prepared.descriptors)


async def test_the_first_one_at_fault_is_named(extract: ExtractFingers) -> None:
    unreadable = FingerSample(3, 0, Template(b"no template"))

    with pytest.raises(BadTemplate) as refused:
        await extract([_sample(2, 2), unreadable, replace(unreadable, position=4)], "samples")

    assert refused.value.field == "samples[1].template"


async def test_one_finger_given_twice_is_refused_unless_a_person_says_it_is_not(
    extract: ExtractFingers,
) -> None:
    twice = [_sample(2, 2), _sample(7, 2)]

    with pytest.raises(SameFingerTwice):
        await extract(twice, "samples")
    assert len(await extract(twice, "samples", confirmed_different=True)) == 2
