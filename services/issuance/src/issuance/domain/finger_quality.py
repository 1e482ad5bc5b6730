"""How good are the fingerprints, while the applicant is still there to give them again?"""

from collections.abc import Sequence
from dataclasses import dataclass

from servicekit.errors import DomainError, ErrorKind, FieldViolation

from issuance.domain.finger_check import FingersUnusable
from issuance.domain.fingers import FingerPosition


class BadImage(DomainError):
    """The matcher cannot read this as an image of one finger: file, size or resolution."""

    kind = ErrorKind.INVALID
    reason = "BAD_IMAGE"


class BadTemplate(DomainError):
    """The matcher cannot read this as the minutiae of one finger."""

    kind = ErrorKind.INVALID
    reason = "BAD_TEMPLATE"


class PositionMismatch(DomainError):
    """The record of a template is of another finger than its sample."""

    kind = ErrorKind.INVALID
    reason = "POSITION_MISMATCH"


class SameFingerTwice(DomainError):
    """Samples of different positions show one finger; the answer names each such sample."""

    kind = ErrorKind.INVALID
    reason = "SAME_FINGER_TWICE"


@dataclass(frozen=True, slots=True)
class FingerQuality:
    """What the matcher says of the sample of a finger.

    quality: NFIQ 2 of its image, 0 (worst) to 100; 0 of a template. minutiae: how many were found.
    reason: why the identification will not accept it, POOR_QUALITY or TOO_FEW_MINUTIAE; empty if it
    will. alteration_score: -log10 of the share of unaltered fingers that look as altered; None if
    it was not examined. possibly_altered: whether that is so rare that a person should look at it.
    """

    position: FingerPosition
    quality: int
    minutiae: int
    reason: str = ""
    alteration_score: float | None = None
    possibly_altered: bool = False

    @property
    def is_acceptable(self) -> bool:
        """Whether the identification will accept it."""
        return not self.reason


@dataclass(frozen=True, slots=True)
class FingerAssessment:
    """What the matcher says of all samples together.

    qualities: of each finger that was captured; none if the matcher did not look at them. same:
    pairs of positions that show one finger. not_assessed: why it did not look at them, if so.
    """

    qualities: Sequence[FingerQuality] = ()
    same: Sequence[tuple[FingerPosition, FingerPosition]] = ()
    not_assessed: str = ""

    @property
    def in_words(self) -> str:
        """Which fingers look like one, for the history."""
        if self.not_assessed:
            return f"not assessed ({self.not_assessed})"
        pairs = [f"{_name(first)} and {_name(second)} look like one" for first, second in self.same]
        return ", ".join(pairs) or "none look like one"

    @property
    def possibly_altered(self) -> Sequence[FingerPosition]:
        """The fingers whose ridges may be altered."""
        return [quality.position for quality in self.qualities if quality.possibly_altered]

    def require_usable(self, positions: Sequence[FingerPosition]) -> None:
        """Raise FingersUnusable if the identification would not accept all of the fingers.

        positions: of all samples, in their order.
        """
        poor = {quality.position: quality for quality in self.qualities if quality.reason}
        violations = [
            FieldViolation(f"samples[{place}]", _measured(poor[position]), poor[position].reason)
            for place, position in enumerate(positions)
            if position in poor
        ]
        if violations:
            raise FingersUnusable(
                "the identification would not accept these fingers: capture them again, and declare"
                " those that stay as poor as damaged",
                violations=violations,
                problem=", ".join(sorted({quality.reason for quality in poor.values()})),
            )

    def require_different(self, positions: Sequence[FingerPosition]) -> None:
        """Raise SameFingerTwice if samples show one finger. positions: of all, in their order."""
        violations = [
            FieldViolation(f"samples[{place}]", _is_also(others), SameFingerTwice.reason)
            for place, position in enumerate(positions)
            if (others := self._same_as(position))
        ]
        if violations:
            raise SameFingerTwice(
                "one finger was captured at several positions: capture these again; if they still "
                "look like one, a supervisor submits them",
                violations=violations,
            )

    def _same_as(self, position: FingerPosition) -> Sequence[FingerPosition]:
        return sorted(
            other for pair in self.same if position in pair for other in pair if other != position
        )


def altered_in_words(positions: Sequence[FingerPosition]) -> str:
    """Return which fingers may be altered, for the history; empty if none may."""
    return f"possibly altered: {', '.join(map(_name, positions))}" if positions else ""


def _is_also(others: Sequence[FingerPosition]) -> str:
    return f"this is the finger that was captured as {' and '.join(map(_name, others))} too"


def _measured(quality: FingerQuality) -> str:
    if quality.reason == "POOR_QUALITY":
        return f"NFIQ 2 is {quality.quality}"
    return f"{quality.minutiae} minutiae were found"


def _name(position: FingerPosition) -> str:
    return position.name.lower().replace("_", " ")
