"""Fingers of nobody, for demonstrations, load and training.

`master` draws a finger from a number, `lookalike` a stranger's whose ridges flow the same way.
`impress` gives templates of either, by the thousand each second. `render_master` grows ridges and
`print_image` takes pictures of them; growing replaces the minutiae, so templates that shall match
the pictures are impressed from `Ridges.master`.
"""

from matcher.synthetic.contact import COMPETITION, LIVE_SCAN
from matcher.synthetic.growth import Ridges
from matcher.synthetic.impressions import Impression, impress, impression
from matcher.synthetic.patterns import Master, Pattern, lookalike, master
from matcher.synthetic.render import Print, print_image, render_master

__all__ = [
    "COMPETITION",
    "LIVE_SCAN",
    "Impression",
    "Master",
    "Pattern",
    "Print",
    "Ridges",
    "impress",
    "impression",
    "lookalike",
    "master",
    "print_image",
    "render_master",
]
