from pathlib import Path

import numpy as np
import pytest
from matcher.comparison.descriptor_quantizer import (
    MOST_LISTS,
    QUANTIZER_FILE,
    DescriptorQuantizer,
)
from matcher.training.quantizer.k_majority import learn_centroids

from ..random_fingers import random_descriptors  # noqa: TID252


@pytest.mark.parametrize("count", [1, 3, 50, 60])
def test_lists_are_those_of_the_nearest_centroids_and_of_equals_the_first(count: int) -> None:
    rng = np.random.default_rng(0)
    centroids = np.repeat(random_descriptors(rng, 25), 2, axis=0)
    descriptors = np.concatenate([random_descriptors(rng, 20), centroids[:5]])
    quantizer = DescriptorQuantizer(np.ascontiguousarray(centroids.T), "q")

    lists = quantizer.nearest_lists(descriptors, count)

    distances = np.bitwise_count(descriptors[:, None] ^ centroids).sum(axis=2)
    assert lists.tolist() == np.argsort(distances, axis=1, kind="stable")[:, :count].tolist()


def test_centroids_are_in_the_middle_of_what_they_were_learned_from() -> None:
    rng = np.random.default_rng(1)
    kinds = random_descriptors(rng, 4)
    noise = [random_descriptors(rng, 400) for _ in range(4)]
    descriptors = np.repeat(kinds, 100, axis=0) ^ (noise[0] & noise[1] & noise[2] & noise[3])

    centroids = learn_centroids(descriptors, 8, seed=3)

    distances = np.bitwise_count(kinds[:, None] ^ centroids).sum(axis=2)
    assert (distances.min(axis=1) <= 4).all()
    assert np.array_equal(centroids, learn_centroids(descriptors, 8, seed=3))


def test_the_centroids_of_the_package_take_half_a_megabyte() -> None:
    assert QUANTIZER_FILE.stat().st_size == 524_416
    assert DescriptorQuantizer.load().centroids.shape == (4, 16_384)


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        (np.zeros((9, 4), np.int64), "holds no centroids of descriptors"),
        (np.zeros((9, 8), np.uint64), "holds no centroids of descriptors"),
        (np.zeros((0, 4), np.uint64), "holds 0 centroids, not 1 to 16384"),
        (np.zeros((MOST_LISTS + 1, 4), np.uint64), "holds 16385 centroids, not 1 to 16384"),
    ],
)
def test_a_file_of_something_else_is_refused(
    tmp_path: Path, stored: np.ndarray, reason: str
) -> None:
    path = tmp_path / "quantizer.npy"
    np.save(path, stored)

    with pytest.raises(ValueError, match=reason):
        DescriptorQuantizer.load(path)
