import numpy as np
import pytest
from matcher.comparison.descriptor import DESCRIPTOR_WORDS, describe, descriptor_similarity
from matcher.minutiae import Minutiae
from matcher.synthetic import generate_impression, generate_master, same_flow_impostor

from ..models import descriptor_table  # noqa: TID252

TABLE = descriptor_table()

UNCHANGED = 250 / 256


def bits(found: Minutiae, turn: float = 0.0) -> np.ndarray:
    """Describe a finger after turning it counter-clockwise about a corner of the image."""
    cos, sin = np.cos(turn), np.sin(turn)
    upwards = found.xy * np.array([1.0, -1.0])
    xy = upwards @ np.array([[cos, sin], [-sin, cos]])
    return described(xy.astype(np.float32), found.angle + np.float32(turn), found.quality)


def described(
    xy: np.ndarray, angle: np.ndarray, quality: np.ndarray, most: int = 255
) -> np.ndarray:
    return describe(xy, angle, quality, TABLE.votes, TABLE.threshold, most)


@pytest.mark.parametrize("turn", [0.3, 1.9, np.pi, -2.2])
def test_a_descriptor_stays_the_same_however_the_finger_is_turned(turn: float) -> None:
    finger = generate_impression(generate_master(5), 0).minutiae

    similar = descriptor_similarity(bits(finger), bits(finger, turn))

    assert (similar.diagonal() > 2 * UNCHANGED - 1).all()


def test_a_minutia_is_nearest_to_itself_in_another_impression() -> None:
    nearest = []
    for seed in range(20):
        one, other = (
            generate_impression(generate_master(seed), impression, capture_difficulty=0.7)
            for impression in (0, 1)
        )
        _, i, j = np.intersect1d(one.master_index, other.master_index, return_indices=True)
        true = one.master_index[i] >= 0
        similar = descriptor_similarity(bits(one.minutiae), bits(other.minutiae))
        nearest.append(similar[i[true]].argmax(1) == j[true])

    assert np.concatenate(nearest).mean() > 0.95


def test_different_fingers_along_the_same_ridges_share_half_of_their_bits() -> None:
    flow = generate_master(40)
    one, other = (
        bits(generate_impression(same_flow_impostor(flow, seed), 0).minutiae) for seed in (41, 42)
    )

    differing = np.bitwise_count(one[:, None] ^ other).sum(-1)

    assert 0.42 < differing.mean() / (64 * DESCRIPTOR_WORDS) < 0.55
    assert descriptor_similarity(one, other).mean() < 0.15


def test_similarity_is_the_share_of_equal_bits_beyond_one_half() -> None:
    rng = np.random.default_rng(0)
    a, b = (rng.integers(0, 2**63, (n, DESCRIPTOR_WORDS), np.uint64) for n in (7, 9))
    b[0] = a[0]

    shared = 1 - np.bitwise_count(a[:, None] ^ b).sum(-1) / (64 * DESCRIPTOR_WORDS)

    assert np.allclose(descriptor_similarity(a, b), np.maximum(0, 2 * shared - 1), atol=1e-6)


def test_poor_neighbours_count_less() -> None:
    finger = generate_impression(generate_master(8), 0).minutiae
    upwards = (finger.xy * np.array([1, -1])).astype(np.float32)
    good = np.full(len(finger), 90, np.uint8)
    one_poor = good.copy()
    one_poor[0] = 1

    all_good, without, poor = (
        described(upwards, finger.angle, good),
        described(upwards[1:], finger.angle[1:], good[1:]),
        described(upwards, finger.angle, one_poor),
    )

    to_poor = descriptor_similarity(without, poor[1:]).diagonal().mean()
    assert to_poor > descriptor_similarity(without, all_good[1:]).diagonal().mean()


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_minutia_with_too_few_neighbours_is_not_described(count: int) -> None:
    few = generate_impression(generate_master(8), 0).minutiae[:count]

    found = bits(few)

    assert found.shape == (count, DESCRIPTOR_WORDS)
    assert not found.any()


def test_only_the_first_minutiae_that_can_be_described_are() -> None:
    finger = generate_impression(generate_master(8), 0).minutiae
    upwards = (finger.xy * np.array([1, -1])).astype(np.float32)
    upwards[1] = 10_000  # far from all others

    first = described(upwards, finger.angle, finger.quality, most=3)

    every = described(upwards, finger.angle, finger.quality)
    assert not every[1].any()
    assert np.array_equal(first[:4], every[:4])
    assert every[4].any()
    assert not first[4:].any()
