"""What is found on a slap, an image of several fingers pressed flat at once?"""

from dataclasses import dataclass

from matcher.domain.finger import FingerImage


@dataclass(frozen=True, slots=True)
class SlapFinger:
    """A finger found on a slap; pixels of the slap as it was sent, y down.

    x, y: its centre. width, height: across and along the finger.
    angle: degrees counter-clockwise from upright, -90 to 90.
    image: the finger alone and upright, a PNG file of 500 ppi. quality: its NFIQ 2.
    """

    position: int
    x: float
    y: float
    width: float
    height: float
    angle: float
    image: FingerImage
    quality: int
