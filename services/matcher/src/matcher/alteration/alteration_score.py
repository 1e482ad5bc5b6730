"""How altered do the ridges of a finger look, and from when on should a person look at it?"""

from dataclasses import dataclass

SUSPICIOUS = 2.5
"""Least score of a finger that a person should look at: 3 of 1,000 unaltered fingers have it."""


@dataclass(frozen=True, slots=True)
class AlterationScore:
    """How altered the ridges of a finger look.

    value: -log10 of the share of unaltered fingers that look as altered, 0 to 4. detector_version:
    of the detector that gives it its meaning.
    """

    value: float
    detector_version: str

    @property
    def is_suspicious(self) -> bool:
        """Whether a person should look at the finger."""
        return self.value >= SUSPICIOUS
