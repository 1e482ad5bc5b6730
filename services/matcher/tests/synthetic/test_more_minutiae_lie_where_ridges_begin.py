"""The signed density of minutiae is the curl of the wave vector, by whichever arithmetic."""

import math

import numpy as np
import pytest
from matcher.synthetic.pattern_class import PatternClass, draw_ridge_field
from matcher.synthetic.ridge_field import (
    RidgeField,
    ridge_orientation,
    ridge_period,
    signed_minutia_density,
)


def wave_vector(field: RidgeField, x: float, y: float, towards: float) -> tuple[float, float]:
    across = ridge_orientation(field, x, y) + 0.5 * math.pi
    sign = 1.0 if math.cos(across - towards) >= 0.0 else -1.0
    size = sign * 2.0 * math.pi / ridge_period(field, x, y)
    return size * math.cos(across), -size * math.sin(across)


def curl(field: RidgeField, x: float, y: float) -> float:
    across = ridge_orientation(field, x, y) + 0.5 * math.pi
    left, right = (wave_vector(field, x + dx, y, across)[1] for dx in (-4.0, 4.0))
    above, below = (wave_vector(field, x, y + dy, across)[0] for dy in (-4.0, 4.0))
    return (left - right + below - above) / (16.0 * math.pi)


@pytest.mark.parametrize("pattern", list(PatternClass))
def test_the_density_is_that_of_the_orientation_and_period(pattern: PatternClass) -> None:
    rng = np.random.default_rng(5)
    fields = [draw_ridge_field(pattern, rng) for _ in range(10)]
    points = rng.uniform((-190.0, -245.0), (190.0, 245.0), (200, 2)).tolist()

    densities = [signed_minutia_density(field, x, y) for field in fields for x, y in points]

    expected = [curl(field, x, y) for field in fields for x, y in points]
    assert densities == pytest.approx(expected, abs=1e-12)


def test_a_core_itself_has_a_density() -> None:
    field = draw_ridge_field(PatternClass.WHORL, np.random.default_rng(5))

    density = signed_minutia_density(field, *field.cores[0].tolist())

    assert math.isfinite(density)
