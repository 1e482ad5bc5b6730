"""Kernels take sines and exponentials of whole arrays; they are those of the C library."""

import numpy as np
import pytest
from matcher.jit import compiled
from matcher.synthetic.array_math import cosine, exponential, ratio, sine
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@compiled
def of_all(x: Floats) -> tuple[Floats, Floats, Floats]:
    sines, cosines, exponentials = np.empty(len(x)), np.empty(len(x)), np.empty(len(x))
    for k in range(len(x)):
        sines[k], cosines[k], exponentials[k] = sine(x[k]), cosine(x[k]), exponential(x[k])
    return sines, cosines, exponentials


@compiled
def ratio_of(a: float, b: float) -> float:
    return ratio(a, b)


def test_sines_cosines_and_exponentials_are_right_to_the_last_digits() -> None:
    x = np.concatenate([np.linspace(-600.0, 600.0, 100_001), np.arange(-8, 9) * (np.pi / 4)])

    sines, cosines, exponentials = of_all(x)

    allowed = 1e-15 + 4e-16 * np.abs(x)
    assert (np.abs(sines - np.sin(x)) < allowed).all()
    assert (np.abs(cosines - np.cos(x)) < allowed).all()
    assert exponentials == pytest.approx(np.exp(x), rel=1e-15, abs=0.0)


def test_a_ratio_to_nothing_is_infinite() -> None:
    assert ratio_of(3.0, 4.0) == 0.75
    assert ratio_of(1.0, 0.0) == np.inf
