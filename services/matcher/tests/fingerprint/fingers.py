"""Synthetic fingers as the matcher keeps them: after the round trip through a record."""

from functools import cache

from matcher.fingerprint.iso19794 import FingerRecord, read, write
from matcher.fingerprint.minutiae import Minutiae
from matcher.synthetic import LIVE_SCAN, impress, master


@cache
def a_finger(seed: int, touch: int = 0, hardness: float = LIVE_SCAN) -> Minutiae:
    found = impress(master(seed), touch, hardness=hardness)
    return read(write(FingerRecord(0, 0, found)))[0].minutiae
