"""Which threshold keeps a search within a target FPIR, and which FPIR has a threshold?

FPIR: false positive identification rate (ISO/IEC 19795-1), the share of searches of people not on
record that have a hit, at the positions stated or at others.
"""

import math

from matcher.calibration.score_calibration import person_score_threshold
from matcher.domain.decision_rule import ANY_POSITION_SHARE


def threshold_of_fpir(target_fpir: float, people: int) -> float:
    """Return the least person score of a hit in a search of so many people.

    It leaves a share of the target FPIR to fingers at other positions than stated. target_fpir:
    above 0, below 1. Raises ValueError outside.
    """
    return person_score_threshold(target_fpir * (1 - ANY_POSITION_SHARE), people)


def fpir_of_threshold(threshold: float, people: int) -> float:
    """Return the FPIR of a search of so many people, 0 to 1: the inverse of threshold_of_fpir."""
    fmr = 10.0**-threshold
    as_stated = -math.expm1(people * math.log1p(-fmr)) if fmr < 1 else float(people > 0)
    return min(1.0, as_stated / (1 - ANY_POSITION_SHARE))
