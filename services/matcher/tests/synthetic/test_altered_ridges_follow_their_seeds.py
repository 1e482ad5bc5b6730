"""A finger is altered in the same way every time, in its middle, and wounded much less."""

import numpy as np
import pytest
from matcher.synthetic import generate_master, generate_ridge_pattern
from matcher.synthetic.alteration import AlterationKind, alter, wound

FINGER, DONOR = (generate_ridge_pattern(generate_master(seed)) for seed in (7_001, 7_002))


@pytest.mark.parametrize("kind", AlterationKind)
def test_a_seed_alters_the_middle_of_a_finger(kind: AlterationKind) -> None:
    one, again, another = (alter(FINGER, kind, seed, DONOR) for seed in (0, 0, 1))

    changed = np.abs(one.relief - FINGER.relief) > 0.5
    middle = changed[130:390, 100:300].mean()
    assert np.array_equal(one.relief, again.relief)
    assert not np.array_equal(one.relief, another.relief)
    assert one.relief.shape == FINGER.relief.shape
    assert np.isfinite(one.relief).all()
    assert middle > 0.05
    assert middle > 2 * changed[:60].mean()
    assert one.master == FINGER.master


def test_only_transplanted_skin_is_the_donors() -> None:
    others = generate_ridge_pattern(generate_master(7_003))

    for kind in AlterationKind:
        same = np.array_equal(
            alter(FINGER, kind, 0, DONOR).relief, alter(FINGER, kind, 0, others).relief
        )
        assert same is (kind is not AlterationKind.TRANSPLANT)


def test_an_ordinary_wound_is_small() -> None:
    shares = [
        (np.abs(wound(FINGER, seed).relief - FINGER.relief) > 0.5).mean() for seed in range(8)
    ]

    assert min(shares) > 0
    assert max(shares) < 0.04
    assert np.array_equal(wound(FINGER, 3).relief, wound(FINGER, 3).relief)
