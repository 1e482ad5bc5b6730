"""Seeds of synthetic fingers: each use has a range of its own, so that no two share a finger.

Demonstrations and tests count from 0, benchmarks from 1e9 and 2e9, galleries of `matcher.at_size`
from 1e10.
"""

PAIRS_FIRST, PAIRS_END = 3_000_000_000, 4_000_000_000
"""Fingers that the embedding and the local descriptor are trained on, drawn from this range."""
CALIBRATION_NON_MATED = 4_000_000_000
"""First of the fingers whose non-mated scores the calibration counts."""
CALIBRATION_PERSONS = 4_400_000_000
"""First of the fingers of whole persons, whose summed scores the calibration checks."""
CALIBRATION_MATED = 4_800_000_000
"""First of the fingers whose mated scores the calibration counts."""
LIKELIHOOD = 5_500_000_000
"""First of the fingers that the comparison's likelihood ratio is fitted to."""
QUANTIZER = 6_000_000_000
"""First of the fingers whose local descriptors the coarse quantizer is learned from."""
ALTERATION = 6_500_000_000
"""First of the fingers that the detection of alterations is fitted to."""
ALTERATION_HELD_OUT = 6_700_000_000
"""First of the fingers by which that detection is judged."""
