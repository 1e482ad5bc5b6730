from collections import Counter

import pytest
from matcher.synthetic.patterns import NATURAL_SHARES, Pattern, master


def test_the_shares_of_the_patterns_are_the_natural_ones() -> None:
    seen = Counter(master(seed).pattern for seed in range(3000))

    assert {p: seen[p] / 3000 for p in Pattern} == pytest.approx(NATURAL_SHARES, abs=0.03)
