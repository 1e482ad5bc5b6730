"""How good are the fingerprints, while the applicant is still there to give them again?"""

from dataclasses import dataclass

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.fingers import FingerPosition


class BadImage(DomainError):
    """The matcher cannot read this as an image of one finger: file, size or resolution."""

    kind = ErrorKind.INVALID
    reason = "BAD_IMAGE"


class BadTemplate(DomainError):
    """The matcher cannot read this as the minutiae of one finger."""

    kind = ErrorKind.INVALID
    reason = "BAD_TEMPLATE"


@dataclass(frozen=True, slots=True)
class FingerQuality:
    """What the matcher says of the image of a finger.

    quality: NFIQ 2, 0 (worst) to 100. minutiae: how many were found. reason: why the
    identification will not accept it, POOR_QUALITY or TOO_FEW_MINUTIAE; empty if it will.
    """

    position: FingerPosition
    quality: int
    minutiae: int
    reason: str = ""

    @property
    def is_acceptable(self) -> bool:
        """Whether the identification will accept it."""
        return not self.reason
