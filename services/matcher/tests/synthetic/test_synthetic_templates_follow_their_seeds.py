from dataclasses import fields

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from matcher.synthetic import LIVE_SCAN, impression, master
from matcher.synthetic.contact import HEIGHT, WIDTH

seeds = st.integers(0, 2**63)


@given(finger=seeds, touch=seeds, hardness=st.floats(0.0, 1.5))
@settings(max_examples=60, deadline=None)
def test_a_template_keeps_the_bounds_of_its_type(finger: int, touch: int, hardness: float) -> None:
    seen = impression(master(finger), touch, hardness=hardness)

    minutiae = seen.minutiae
    assert {f.name: getattr(minutiae, f.name).dtype for f in fields(minutiae)[:4]} == {
        "xy": np.int16,
        "angle": np.float32,
        "kind": np.uint8,
        "quality": np.uint8,
    }
    assert (minutiae.xy >= 0).all()
    assert (minutiae.xy < (WIDTH, HEIGHT)).all()
    assert ((minutiae.angle >= 0) & (minutiae.angle < 2 * np.pi)).all()
    assert np.isin(minutiae.kind, (1, 2)).all()
    assert ((minutiae.quality >= 1) & (minutiae.quality <= 100)).all()
    assert len(minutiae) == len(seen.origin) <= 120


@given(finger=seeds, touch=seeds)
@settings(max_examples=20, deadline=None)
def test_the_same_seeds_give_the_same_template(finger: int, touch: int) -> None:
    first = impression(master(finger), touch)
    again = impression(master(finger), touch)

    for name in ("xy", "angle", "kind", "quality"):
        assert np.array_equal(getattr(first.minutiae, name), getattr(again.minutiae, name))
    assert np.array_equal(first.origin, again.origin)


def test_two_touches_of_one_finger_differ_but_share_minutiae() -> None:
    finger = master(11)

    one, two = (impression(finger, touch, hardness=LIVE_SCAN) for touch in (1, 2))

    shared = np.intersect1d(one.origin[one.origin >= 0], two.origin[two.origin >= 0])
    assert len(shared) >= 15
    assert not np.array_equal(one.minutiae.xy, two.minutiae.xy)


def test_supervised_captures_are_nearly_upright_and_rich() -> None:
    counts = [len(impression(master(s), 1, hardness=LIVE_SCAN).minutiae) for s in range(100)]

    assert np.percentile(counts, 10) >= 30
    assert np.percentile(counts, 90) <= 75


def test_true_minutiae_have_better_quality_than_invented_ones() -> None:
    seen = [impression(master(s), 1) for s in range(50)]

    quality = np.concatenate([s.minutiae.quality for s in seen])
    true = np.concatenate([s.origin for s in seen]) >= 0
    assert np.median(quality[true]) > np.median(quality[~true]) + 20
