import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from matcher.synthetic import (
    generate_impression,
    generate_master,
    generate_ridge_pattern,
    render_impression,
)
from matcher.synthetic.contact import (
    SENSOR_HEIGHT,
    SENSOR_WIDTH,
    draw_contact,
    draw_difficulty,
    finger_to_sensor,
    sensor_to_finger,
)

PATTERN = generate_ridge_pattern(generate_master(5))
seeds = st.integers(0, 2**63)


def test_a_master_has_the_same_ridge_pattern_every_time() -> None:
    again = generate_ridge_pattern(generate_master(5))

    assert np.array_equal(PATTERN.relief, again.relief)
    assert np.array_equal(PATTERN.master.xy, again.master.xy)


@given(seed=seeds, capture_difficulty=st.floats(0.0, 1.5))
@settings(max_examples=15, deadline=None)
def test_a_rendered_impression_keeps_its_bounds_and_repeats(
    seed: int, capture_difficulty: float
) -> None:
    rendered, again = (
        render_impression(PATTERN, seed, capture_difficulty=capture_difficulty) for _ in range(2)
    )

    assert rendered.image.shape == (SENSOR_HEIGHT, SENSOR_WIDTH)
    assert rendered.image.dtype == np.uint8
    assert np.array_equal(rendered.image, again.image)
    assert (rendered.minutiae.xy >= 0).all()
    assert (rendered.minutiae.xy < (SENSOR_WIDTH, SENSOR_HEIGHT)).all()
    assert len(rendered.master_index) == len(rendered.minutiae)


@given(finger=seeds)
@settings(max_examples=10, deadline=None)
def test_a_ridge_pattern_has_as_many_minutiae_as_fingers_have(finger: int) -> None:
    master = generate_ridge_pattern(generate_master(finger)).master

    square_mm = np.pi * master.field.half_width * master.field.half_height / 19.685**2
    assert 0.08 < len(master.xy) / square_mm < 0.45
    assert ((master.angle >= 0) & (master.angle < 2 * np.pi)).all()
    assert np.isin(master.kind, (1, 2)).all()


@given(seed=seeds, capture_difficulty=st.floats(0.0, 1.5))
@settings(max_examples=50, deadline=None)
def test_the_map_from_finger_to_sensor_is_inverted(seed: int, capture_difficulty: float) -> None:
    rng = np.random.default_rng(seed)
    contact = draw_contact(rng, draw_difficulty(rng, capture_difficulty), capture_difficulty)

    points = rng.uniform((-100.0, -150.0), (100.0, 150.0), (20, 2))
    on_sensor = np.array([finger_to_sensor(contact, x, y) for x, y in points])
    mapped_back = np.stack(sensor_to_finger(contact, *on_sensor.T.copy()), axis=1)

    assert np.abs(mapped_back - points).max() < 0.5


def test_the_easiest_impression_has_no_false_minutiae() -> None:
    impression = generate_impression(PATTERN.master, 1, capture_difficulty=0.0)

    assert len(np.unique(impression.master_index)) == len(impression.master_index)
    assert (impression.master_index >= 0).mean() > 0.97
