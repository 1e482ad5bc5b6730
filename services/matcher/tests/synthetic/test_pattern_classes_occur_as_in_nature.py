from collections import Counter

import pytest
from matcher.synthetic import generate_master
from matcher.synthetic.pattern_class import NATURAL_SHARES, PatternClass


def test_the_shares_of_the_patterns_are_the_natural_ones() -> None:
    found = Counter(generate_master(seed).pattern for seed in range(3000))

    assert {p: found[p] / 3000 for p in PatternClass} == pytest.approx(NATURAL_SHARES, abs=0.03)
