"""Synthetic fingers for demonstrations, load tests, training and calibration; no real finger.

`generate_master` makes a finger from a number; `same_flow_impostor` makes another finger with the
same ridge flow and other minutiae. `generate_template` simulates templates of either, thousands a
second. `generate_ridge_pattern` makes the ridges of a finger and `render_impression` makes images
of them. Making the ridges replaces the minutiae, so templates that are to match the images are
simulated from `RidgePattern.master`.

After SFinGe (Cappelli, Maio and Maltoni, "Synthetic fingerprint-image generation", ICPR 2000).
"""

from matcher.synthetic.contact import FVC2002, LIVE_SCAN
from matcher.synthetic.impression import Impression, generate_impression, generate_template
from matcher.synthetic.master import MasterFingerprint, generate_master, same_flow_impostor
from matcher.synthetic.rendering import RenderedImpression, render_impression
from matcher.synthetic.ridge_pattern import RidgePattern, generate_ridge_pattern

__all__ = [
    "FVC2002",
    "LIVE_SCAN",
    "Impression",
    "MasterFingerprint",
    "RenderedImpression",
    "RidgePattern",
    "generate_impression",
    "generate_master",
    "generate_ridge_pattern",
    "generate_template",
    "render_impression",
    "same_flow_impostor",
]
