"""Fingers of nobody, for demonstrations, load and training: patterns, templates, pictures."""

from matcher.synthetic.impressions import COMPETITION, LIVE_SCAN, Impression, impress, impression
from matcher.synthetic.patterns import Master, Pattern, master

__all__ = [
    "COMPETITION",
    "LIVE_SCAN",
    "Impression",
    "Master",
    "Pattern",
    "impress",
    "impression",
    "master",
]
