"""The portrait of an applicant, and the errors about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from servicekit.errors import DomainError, ErrorKind, FieldViolation

from issuance.domain.portrait_advice import ADVICE
from issuance.domain.portrait_defects import PortraitDefect


@dataclass(frozen=True, slots=True)
class AcceptedPhoto:
    """A photo that can be printed.

    portrait: JPEG, sRGB, 35 : 45, without metadata. eye_distance: in the photo, pixels; 0 if it was
    not measured. recommendations: what could be better. excepted: the defects that a supervisor
    excepted.
    """

    portrait: bytes
    eye_distance: int
    recommendations: Sequence[PortraitDefect]
    excepted: Sequence[PortraitDefect] = ()


class PortraitRefused(DomainError):
    """The photo cannot be printed; the answer names each defect and what to do."""

    kind = ErrorKind.INVALID
    reason = "PORTRAIT_REFUSED"

    def __init__(self, defects: Sequence[PortraitDefect]) -> None:
        advice = [(defect, ADVICE[defect].en) for defect in defects]
        super().__init__(
            "; ".join(text for _, text in advice),
            violations=[FieldViolation("photo", text, defect) for defect, text in advice],
        )
        self.defects = defects


class PortraitMissing(DomainError):
    """The applicant's photo must be submitted first."""

    kind = ErrorKind.PRECONDITION
    reason = "PORTRAIT_MISSING"


class PortraitNotFound(DomainError):
    """No portrait is stored: none was submitted, or it was erased."""

    kind = ErrorKind.NOT_FOUND
    reason = "PORTRAIT_NOT_FOUND"
