"""Fingers that are prepared together have the bits that each has by itself."""

from dataclasses import replace

import numpy as np
from matcher.comparison.descriptor import DescriptorTable, describe
from matcher.comparison.preparation import prepare_minutiae
from matcher.minutiae import Minutiae
from numpy.typing import NDArray

from services.matcher.tests.models import comparator
from services.matcher.tests.people import minutiae

NEIGHBOURS, COMPARED = 80, 49
TABLE = DescriptorTable.load()


def fingers() -> list[Minutiae]:
    """Some of few and of many minutiae, of whom several are equally good or not reported."""
    rng = np.random.default_rng(1)
    found = [minutiae(person, 2) for person in range(12)]
    found += [
        replace(each, quality=rng.choice(np.array([0, 50, 100, 255], np.uint8), len(each)))
        for each in found
    ]
    crowded = minutiae(20, 7)
    twice = np.tile(np.arange(len(crowded)), 4)[:255]
    return [found[0][:0], *found, found[1][:2], crowded[twice], found[2][:0]]


def plainly(finger: Minutiae) -> tuple[NDArray[np.uint64], list[int]]:
    """The descriptors of a finger, and of which minutiae they are: best first."""
    best = np.argsort(-finger.quality.astype(int), kind="stable")[:NEIGHBOURS]
    steps = np.rint(finger.angle[best] / np.float32(2 * np.pi / 256)).astype(np.int64) % 256
    upwards = finger.xy[best] * np.array([1, -1], np.int16)
    descriptors = describe(
        upwards.astype(np.float32),
        (steps * (2 * np.pi / 256)).astype(np.float32),
        finger.quality[best],
        TABLE.votes,
        TABLE.threshold,
        COMPARED,
    )
    described = np.flatnonzero(descriptors.any(axis=1))
    return descriptors[described], best[described].tolist()


def test_each_has_the_descriptors_of_its_best_minutiae() -> None:
    many = comparator().prepare_all(fingers())

    ends = np.cumsum(many.minutiae, dtype=np.int64)
    for row, finger in enumerate(fingers()):
        own = slice(ends[row] - many.minutiae[row], ends[row])
        descriptors, index = plainly(finger)
        assert np.array_equal(many.descriptors[own], descriptors)
        assert many.minutia_index[own].tolist() == index
    assert max(many.minutiae) == COMPARED


def test_one_alone_is_the_same() -> None:
    many = comparator().prepare_all(fingers())

    ends = np.cumsum(many.minutiae, dtype=np.int64)
    for row, finger in enumerate(fingers()):
        one = comparator().prepare(finger)
        own = slice(ends[row] - many.minutiae[row], ends[row])
        assert np.array_equal(one.geometry, many.geometry[own])
        assert np.array_equal(one.descriptors, many.descriptors[own])
        assert np.array_equal(one.minutia_index, many.minutia_index[own])
        assert np.array_equal(one.ridge_map, many.ridge_map[row])


def test_arrays_that_nothing_follows_are_not_read_beyond() -> None:
    counts, geometry, descriptors, minutia_index = prepare_minutiae(
        np.zeros((0, 2), np.int16),
        np.zeros(0, np.float32),
        np.zeros(0, np.uint8),
        np.zeros(3, np.int64),
        TABLE.votes,
        TABLE.threshold,
    )

    assert counts.tolist() == [0, 0, 0]
    assert [len(geometry), len(descriptors), len(minutia_index)] == [0, 0, 0]
