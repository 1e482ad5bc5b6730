import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from matcher.fingerprint.assignment import assign
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped, unused-ignore]

shapes = st.tuples(st.integers(1, 12), st.integers(0, 8)).map(lambda s: (s[0], s[0] + s[1]))


@given(arrays(np.float32, shapes, elements=st.floats(0, 1, width=32)))
@settings(deadline=None)
def test_no_other_pairing_gains_more(gain: np.ndarray) -> None:
    columns = assign(gain)

    best = gain[linear_sum_assignment(gain, maximize=True)].sum()
    assert len(set(columns.tolist())) == len(gain)
    assert gain[np.arange(len(gain)), columns].sum() == pytest.approx(best, abs=1e-5)
