"""Maps of ridge orientation agree where one finger lies on itself, and elsewhere they do not."""

import math
from dataclasses import replace

import numpy as np
import pytest
from matcher.comparison import comparator as comparator_kernels
from matcher.comparison.comparator import Comparator, are_compared_by_map
from matcher.comparison.descriptor import DescriptorTable
from matcher.comparison.likelihood import LikelihoodNetwork
from matcher.comparison.ridge_agreement import ridge_features
from matcher.ridge_map import MAX_MAP_BYTES, RidgeMap, packed_map, packed_maps
from matcher.synthetic import generate_master
from matcher.synthetic.simulated_map import generate_mapped_template

from ..models import comparator  # noqa: TID252

CELLS_IN_COMMON, COSINE, BEYOND_20_DEGREES, ALONE_LESS, ALONE_MORE = 0, 1, 4, 9, 10
CAN_TELL, ALONG, ACROSS = 11, 12, 13
STILL = (1.0, 0.0, 0.0, 0.0)
NOBODY = np.zeros((0, 3), np.float32)
NO_QUALITY = np.zeros(0, np.float32)
NO_PARTNER = np.zeros(0, np.int64)

prepare, compare = comparator().prepare, comparator().compare


def a_whorl(rows: int = 24, columns: int = 20, turned: float = 0.0) -> RidgeMap:
    """Ridges around the middle of the image, turned by an angle (radians) everywhere."""
    y, x = np.mgrid[:rows, :columns]
    around = np.arctan2((rows - 1) / 2 - y, x - (columns - 1) / 2) + math.pi / 2 + turned
    known = np.zeros((rows, columns), np.bool_)
    known[2:-2, 2:-2] = True
    return RidgeMap.of_cells(np.exp(2j * around).astype(np.complex64), known)


def agreement(
    one: RidgeMap, other: RidgeMap, movement: tuple[float, float, float, float] = STILL
) -> np.ndarray:
    """Features of two maps without any minutia."""
    return ridge_features(
        packed_map(one), packed_map(other), movement,
        NOBODY, NO_QUALITY, NOBODY, NO_QUALITY, NO_PARTNER,
    )  # fmt: skip


def test_a_finger_agrees_with_itself() -> None:
    found = agreement(a_whorl(), a_whorl())

    assert found[COSINE] > 0.98
    assert found[BEYOND_20_DEGREES] == 0
    assert found[CELLS_IN_COMMON] == math.log(10 + 20 * 16)


def test_a_quarter_turn_of_all_ridges_disagrees() -> None:
    found = agreement(a_whorl(), a_whorl(turned=math.pi / 2))

    assert found[COSINE] < -0.95
    assert found[BEYOND_20_DEGREES] > 0.95


def test_a_whorl_turned_around_its_middle_agrees() -> None:
    middle_x, middle_y = 159.5, -191.5
    quarter = (0.0, 1.0, middle_x + middle_y, middle_y - middle_x)

    assert agreement(a_whorl(), a_whorl(), quarter)[COSINE] > 0.95


def test_prints_that_do_not_overlap_have_no_cell_in_common() -> None:
    far = (1.0, 0.0, 1000.0, 0.0)

    assert agreement(a_whorl(), a_whorl(), far)[CELLS_IN_COMMON] == math.log(10)


def test_a_minutia_counts_as_missing_only_where_the_other_shows_ridges() -> None:
    inside, outside = [160, -200, 0], [16, -16, 0]
    quality = np.full(2, 0.5, np.float32)
    moved, placement = np.array([inside, outside], np.float32), np.array([outside], np.float32)

    found = ridge_features(
        packed_map(a_whorl()), packed_map(a_whorl()), STILL,
        moved, quality, placement, quality[:1], np.array([-1, -1]),
    )  # fmt: skip

    assert found[ALONE_MORE] == pytest.approx(math.sqrt(0.5))
    assert found[ALONE_LESS] == 0


@pytest.mark.parametrize(("turned", "along"), [(0.0, True), (math.pi, True), (math.pi / 2, False)])
def test_unpaired_minutiae_run_along_the_ridges_or_not(turned: float, along: bool) -> None:
    others = np.array([[100, -100, 1], [130, -100, 1], [100, -130, 1 + math.pi]], np.float32)
    alone = np.array([[115, -115, 1 + turned]], np.float32)
    map_ = packed_map(a_whorl())

    found = ridge_features(
        map_, map_, STILL, alone, np.ones(1, np.float32), others, np.ones(3, np.float32),
        np.array([-1]),
    )  # fmt: skip

    assert found[CAN_TELL] > 1
    assert (found[ALONG] > 0.5) == along
    assert (found[ACROSS] < 0.1) == along


@pytest.mark.parametrize(("rows", "columns"), [(24, 20), (5, 5), (60, 60), (100, 15), (2, 300)])
def test_a_map_fits_into_300_bytes_and_comes_back(rows: int, columns: int) -> None:
    made = a_whorl(rows, columns)

    stored = made.to_bytes()
    read = RidgeMap.from_bytes(stored)

    assert len(stored) <= MAX_MAP_BYTES
    assert np.array_equal(read.codes, made.codes)
    assert (read.top, read.left) == (made.top, made.left)


@pytest.mark.parametrize("stored", [b"", b"\x02\x02\0\0\x11", b"\x02\x02\0\0\x11\x11\x11"])
def test_another_length_is_no_map(stored: bytes) -> None:
    with pytest.raises(ValueError, match="ridge map"):
        RidgeMap.from_bytes(stored)


def test_cells_too_far_from_the_corner_are_left_out() -> None:
    known = np.zeros((300, 300), np.bool_)
    known[100:110, 250:260] = known[299, 299] = True

    made = RidgeMap.of_cells(np.ones(known.shape, np.complex64), known)

    assert RidgeMap.from_bytes(made.to_bytes()).codes.tolist() == [[1] * 5] * 10
    assert (made.top, made.left) == (100, 250)


def test_a_map_of_which_no_cell_is_known_is_none() -> None:
    nothing = RidgeMap.of_cells(np.zeros((9, 9), np.complex64), np.zeros((9, 9), np.bool_))

    assert not packed_map(nothing).any()
    assert not packed_map(None).any()


@pytest.mark.parametrize(("rows", "columns"), [(2, 250), (250, 2), (1, 255), (255, 1), (24, 24)])
def test_a_map_of_any_shape_that_a_record_can_hold_is_compared(rows: int, columns: int) -> None:
    long = RidgeMap(np.full((rows, columns), 15, np.uint8), top=255, left=255)
    finger = prepare(generate_mapped_template(generate_master(5), 0))
    odd = replace(finger, ridge_map=packed_map(long))

    scores = [compare(*pair) for pair in ((finger, [odd]), (odd, [finger]), (odd, [odd]))]

    assert np.isfinite(scores).all()
    assert agreement(long, long)[CELLS_IN_COMMON] == pytest.approx(math.log(10 + rows * columns))


def test_a_pair_without_a_map_is_compared_by_minutiae_alone() -> None:
    by_minutiae = Comparator(DescriptorTable.load(), _network_without_map())
    probe, mate, other = (
        prepare(generate_mapped_template(generate_master(seed), impression))
        for seed, impression in ((1, 0), (1, 1), (2, 0))
    )
    unmapped = prepare(replace(generate_mapped_template(generate_master(1), 1), ridge_map=None))

    assert are_compared_by_map(probe, [mate, unmapped, other]).tolist() == [True, False, True]
    scores = compare(probe, [mate, unmapped, other])
    before = by_minutiae.compare(probe, [mate, unmapped, other])
    assert scores[1] == before[1]
    assert scores[0] != before[0]
    assert compare(unmapped, [probe]) == by_minutiae.compare(unmapped, [probe])


def test_one_kernel_compares_fingers_with_and_without_maps() -> None:
    mapped = prepare(generate_mapped_template(generate_master(1), 0))
    unmapped = prepare(replace(generate_mapped_template(generate_master(1), 1), ridge_map=None))

    compare(mapped, [unmapped])
    compare(unmapped, [mapped])

    assert len(comparator_kernels._batch_features.signatures) == 1  # type: ignore[attr-defined]


def test_the_map_leaves_the_minutiae_that_are_paired() -> None:
    probe = prepare(generate_mapped_template(generate_master(3), 0))
    mapped = generate_mapped_template(generate_master(3), 1)
    mate, unmapped = prepare(mapped), prepare(replace(mapped, ridge_map=None))

    _, paired = comparator().compare_and_count(probe, [mate, unmapped])

    assert paired[0] == paired[1]


def _network_without_map() -> LikelihoodNetwork:
    network = LikelihoodNetwork.load().without_map
    assert network is not None
    return network


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
@pytest.mark.parametrize("shape", [(25, 22), (40, 31), (3, 90)])
def test_maps_of_many_images_are_packed_as_that_of_each(
    shape: tuple[int, int], share: float
) -> None:
    rng = np.random.default_rng(3)
    doubled = np.exp(2j * rng.uniform(0, np.pi, (8, *shape))).astype(np.complex64)
    known = rng.random((8, *shape)) < share * rng.random((8, 1, 1))

    packed = packed_maps(doubled, known)

    expected = [packed_map(RidgeMap.of_cells(*each)) for each in zip(doubled, known, strict=True)]
    assert np.array_equal(packed, expected)
