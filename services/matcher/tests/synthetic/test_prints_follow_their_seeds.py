import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from matcher.synthetic import impression, master, print_image, render_master
from matcher.synthetic.contact import HEIGHT, WIDTH, lift, place, severity, touch

RIDGES = render_master(master(5))
seeds = st.integers(0, 2**63)


def test_a_finger_grows_the_same_every_time() -> None:
    again = render_master(master(5))

    assert np.array_equal(RIDGES.relief, again.relief)
    assert np.array_equal(RIDGES.master.xy, again.master.xy)


@given(seed=seeds, hardness=st.floats(0.0, 1.5))
@settings(max_examples=15, deadline=None)
def test_a_print_keeps_its_bounds_and_repeats(seed: int, hardness: float) -> None:
    shown, again = (print_image(RIDGES, seed, hardness=hardness) for _ in range(2))

    assert shown.image.shape == (HEIGHT, WIDTH)
    assert shown.image.dtype == np.uint8
    assert np.array_equal(shown.image, again.image)
    assert (shown.minutiae.xy >= 0).all()
    assert (shown.minutiae.xy < (WIDTH, HEIGHT)).all()
    assert len(shown.origin) == len(shown.minutiae)


@given(finger=seeds)
@settings(max_examples=10, deadline=None)
def test_as_many_minutiae_grow_as_fingers_have(finger: int) -> None:
    grown = render_master(master(finger)).master

    square_mm = np.pi * grown.field.half_width * grown.field.half_height / 19.685**2
    assert 0.08 < len(grown.xy) / square_mm < 0.45
    assert ((grown.angle >= 0) & (grown.angle < 2 * np.pi)).all()
    assert np.isin(grown.kind, (1, 2)).all()


@given(seed=seeds, hardness=st.floats(0.0, 1.5))
@settings(max_examples=50, deadline=None)
def test_what_is_placed_on_the_sensor_can_be_lifted_again(seed: int, hardness: float) -> None:
    rng = np.random.default_rng(seed)
    contact = touch(rng, severity(rng, hardness), hardness)

    points = rng.uniform((-100.0, -150.0), (100.0, 150.0), (20, 2))
    lifted = [lift(contact, *place(contact, x, y)) for x, y in points]

    assert np.abs(np.array(lifted) - points).max() < 0.5


def test_the_least_severe_touch_invents_nothing() -> None:
    seen = impression(RIDGES.master, 1, hardness=0.0)

    assert len(np.unique(seen.origin)) == len(seen.origin)
    assert (seen.origin >= 0).mean() > 0.97
