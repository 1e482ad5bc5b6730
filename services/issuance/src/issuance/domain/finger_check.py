"""The finger check at the hand-over: whether an office makes it, and what follows from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind

MOST_TRIES = 3
"""Finger checks that may fail before a supervisor decides."""


class FingerCheckRule(StrEnum):
    """Whether an office compares the fingers of a holder who collects a passport."""

    OFF = "off"
    OPTIONAL = "optional"
    """The officer decides; it stops nobody that cannot be compared."""
    REQUIRED = "required"


class FingerCheck(StrEnum):
    """What a finger check found, or why none was made."""

    MATCH = "match"
    NO_MATCH = "no_match"
    NOT_ASKED = "not_asked"
    MATCHER_UNAVAILABLE = "matcher_unavailable"
    NOT_ON_RECORD = "not_on_record"
    WAIVED = "waived"


class FingersDiffer(DomainError):
    """The fingers are not those of the application (metadata: tries_left, revision)."""

    kind = ErrorKind.PRECONDITION
    reason = "FINGERS_DIFFER"


class FingerTriesUsed(DomainError):
    """Finger checks failed too often: a supervisor decides (WaiveFingerCheck, Refuse)."""

    kind = ErrorKind.PRECONDITION
    reason = "FINGER_TRIES_USED"


class FingersUnusable(DomainError):
    """These samples cannot be compared, whoever gave them: take them again (metadata: problem)."""

    kind = ErrorKind.INVALID
    reason = "FINGERS_UNUSABLE"


class FingerCheckRequired(DomainError):
    """The fingers of the holder are compared first: by the setting, or since a check failed."""

    kind = ErrorKind.PRECONDITION
    reason = "FINGER_CHECK_REQUIRED"


class FingerCheckUnavailable(DomainError):
    """It is required, or one failed, and the matcher cannot check; a supervisor can waive it."""

    kind = ErrorKind.PRECONDITION
    reason = "FINGER_CHECK_UNAVAILABLE"


class FingerCheckOff(DomainError):
    """This office makes no finger checks (setting `finger_check`): send no samples."""

    kind = ErrorKind.PRECONDITION
    reason = "FINGER_CHECK_OFF"


class NothingToWaive(DomainError):
    """No finger check is in the way of the hand-over."""

    kind = ErrorKind.PRECONDITION
    reason = "NOTHING_TO_WAIVE"


@dataclass(frozen=True, slots=True)
class FingerComparison:
    """A finger check, or why none was made. decision_id: of the matcher's record; "" without."""

    found: FingerCheck
    decision_id: str = ""


NOT_ASKED = FingerComparison(FingerCheck.NOT_ASKED)


@dataclass(frozen=True, slots=True)
class FingerCheckPolicy:
    """Which rule applies at which office. of_offices: those with another rule than the nation."""

    nation: FingerCheckRule
    of_offices: Mapping[str, FingerCheckRule]

    def rule(self, office: str) -> FingerCheckRule:
        """Return the rule of an office."""
        return self.of_offices.get(office, self.nation)


@dataclass(frozen=True, slots=True)
class FingerCheckState:
    """How far the finger checks of one passport have come.

    mismatches: how many failed. waived: whether a supervisor waived it. without_fingerprints:
    whether no finger of the holder could ever be captured. makes_emergency_document: whether it is
    an emergency document, whose holder cannot wait for the matcher.
    """

    mismatches: int = 0
    waived: bool = False
    without_fingerprints: bool = False
    makes_emergency_document: bool = False

    @property
    def tries_left(self) -> int:
        """How many checks may still be made."""
        return max(0, MOST_TRIES - self.mismatches)

    @property
    def is_for_supervisor(self) -> bool:
        """Whether only a supervisor lets it go on."""
        return not self.waived and self.tries_left == 0

    def require_tries(self) -> None:
        """Raise FingerTriesUsed if only a supervisor lets it go on."""
        if self.is_for_supervisor:
            raise FingerTriesUsed("the fingers differed too often: a supervisor decides")

    def require_doubtless(self) -> None:
        """Raise FingerTriesUsed or FingerCheckRequired after a check that failed."""
        self.require_tries()
        if self.mismatches and not self.waived:
            raise FingerCheckRequired("a finger check failed: take the fingers again")

    def require_passed(self, rule: FingerCheckRule, found: FingerCheck) -> None:
        """Raise an error unless the holder gets the passport after what was found.

        FingerTriesUsed, FingerCheckRequired, FingerCheckUnavailable. An emergency document is made
        because the matcher is away: what it cannot compare is recorded as not compared, unless
        fingers differed before.
        """
        if found is FingerCheck.MATCH or self.waived:
            return
        self.require_tries()
        excused = rule is not FingerCheckRule.REQUIRED or self.without_fingerprints
        if excused and not self.mismatches:
            return
        if found is FingerCheck.NOT_ASKED:
            raise FingerCheckRequired(
                "compare the holder's fingers, or ask a supervisor (WaiveFingerCheck)",
                field="samples",
            )
        if self.makes_emergency_document and not self.mismatches:
            return
        raise FingerCheckUnavailable(
            "try again when the matcher answers, or ask a supervisor (WaiveFingerCheck)"
        )

    def require_to_waive(self, rule: FingerCheckRule) -> None:
        """Raise NothingToWaive unless a check is in the way."""
        if self.waived or (not self.mismatches and rule is not FingerCheckRule.REQUIRED):
            raise NothingToWaive("no finger check is in the way of the hand-over")
