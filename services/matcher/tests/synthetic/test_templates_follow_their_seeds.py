from dataclasses import fields

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from matcher.synthetic import LIVE_SCAN, generate_impression, generate_master
from matcher.synthetic.contact import SENSOR_HEIGHT, SENSOR_WIDTH

seeds = st.integers(0, 2**63)


@given(finger=seeds, seed=seeds, capture_difficulty=st.floats(0.0, 1.5))
@settings(max_examples=60, deadline=None)
def test_a_template_keeps_the_bounds_of_its_type(
    finger: int, seed: int, capture_difficulty: float
) -> None:
    impression = generate_impression(
        generate_master(finger), seed, capture_difficulty=capture_difficulty
    )

    minutiae = impression.minutiae
    assert {f.name: getattr(minutiae, f.name).dtype for f in fields(minutiae)[:4]} == {
        "xy": np.int16,
        "angle": np.float32,
        "kind": np.uint8,
        "quality": np.uint8,
    }
    assert (minutiae.xy >= 0).all()
    assert (minutiae.xy < (SENSOR_WIDTH, SENSOR_HEIGHT)).all()
    assert ((minutiae.angle >= 0) & (minutiae.angle < 2 * np.pi)).all()
    assert np.isin(minutiae.kind, (1, 2)).all()
    assert ((minutiae.quality >= 1) & (minutiae.quality <= 100)).all()
    assert len(minutiae) == len(impression.master_index) <= 120


@given(finger=seeds, seed=seeds)
@settings(max_examples=20, deadline=None)
def test_the_same_seeds_give_the_same_template(finger: int, seed: int) -> None:
    first = generate_impression(generate_master(finger), seed)
    again = generate_impression(generate_master(finger), seed)

    for name in ("xy", "angle", "kind", "quality"):
        assert np.array_equal(getattr(first.minutiae, name), getattr(again.minutiae, name))
    assert np.array_equal(first.master_index, again.master_index)


def test_two_impressions_of_one_finger_differ_but_share_minutiae() -> None:
    finger = generate_master(11)

    one, two = (generate_impression(finger, seed, capture_difficulty=LIVE_SCAN) for seed in (1, 2))

    shared = np.intersect1d(
        one.master_index[one.master_index >= 0], two.master_index[two.master_index >= 0]
    )
    assert len(shared) >= 15
    assert not np.array_equal(one.minutiae.xy, two.minutiae.xy)


def test_supervised_captures_are_nearly_upright_and_rich() -> None:
    counts = [
        len(generate_impression(generate_master(s), 1, capture_difficulty=LIVE_SCAN).minutiae)
        for s in range(100)
    ]

    assert np.percentile(counts, 10) >= 30
    assert np.percentile(counts, 90) <= 75


def test_true_minutiae_have_better_quality_than_false_ones() -> None:
    impression = [generate_impression(generate_master(s), 1) for s in range(50)]

    quality = np.concatenate([s.minutiae.quality for s in impression])
    true = np.concatenate([s.master_index for s in impression]) >= 0
    assert np.median(quality[true]) > np.median(quality[~true]) + 20
