"""Which fingers were captured, and how an application goes on where none could be.

Reasons as in ANSI/NIST-ITL 1 (field AMP: amputated, or unable to print because of a bandage) and
ISO/IEC 19794-4; positions 1 to 10 as in ISO/IEC 19794-2 table 6.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum

from servicekit.errors import DomainError, ErrorKind, InvalidRequest

from issuance.domain.events import ApplicationEvent
from issuance.domain.working_time import BadDate


class FingerPosition(IntEnum):
    """Position of a finger, by its code."""

    RIGHT_THUMB = 1
    RIGHT_INDEX = 2
    RIGHT_MIDDLE = 3
    RIGHT_RING = 4
    RIGHT_LITTLE = 5
    LEFT_THUMB = 6
    LEFT_INDEX = 7
    LEFT_MIDDLE = 8
    LEFT_RING = 9
    LEFT_LITTLE = 10


class MissingReason(StrEnum):
    """Why a finger could not be captured."""

    AMPUTATED = "amputated"
    BANDAGED = "bandaged"
    DAMAGED = "damaged"
    """Its ridges are damaged for good."""
    UNKNOWN = "unknown"


class FingerTwice(DomainError):
    """A finger position stands twice among the samples."""

    kind = ErrorKind.INVALID
    reason = "FINGER_TWICE"


class FingersUndeclared(DomainError):
    """Where no finger can be captured, each of the ten is declared with the reason."""

    kind = ErrorKind.INVALID
    reason = "FINGERS_UNDECLARED"


class FingersHealing(DomainError):
    """The fingers are bandaged for a time: say when the applicant comes back (`come_back_on`)."""

    kind = ErrorKind.INVALID
    reason = "FINGERS_HEALING"


class FingersWereUsable(DomainError):
    """The matcher has compared fingerprints of this application: it cannot go on without any.

    Until they can be taken again it waits (bandaged, `come_back_on`), or it is withdrawn.
    """

    kind = ErrorKind.PRECONDITION
    reason = "FINGERS_WERE_USABLE"


class IdentityEvidenceRequired(DomainError):
    """Without fingerprints the interview says how the applicant was identified."""

    kind = ErrorKind.INVALID
    reason = "IDENTITY_EVIDENCE_REQUIRED"


@dataclass(frozen=True, slots=True)
class FingerSubmission:
    """What the officer submits.

    positions: of all samples, in their order. missing: those that could not be captured. samples:
    a serialized SampleSet. come_back_on: when bandaged fingers have healed. confirmed_different:
    why fingers that look like one are different ones, if a supervisor says so.
    """

    positions: Sequence[FingerPosition]
    missing: Mapping[FingerPosition, MissingReason] = field(default_factory=dict)
    samples: bytes = b""
    come_back_on: date | None = None
    confirmed_different: str = ""

    @property
    def any_captured(self) -> bool:
        """Whether there is a finger to be compared."""
        return len(self.missing) < len(self.positions)

    def require_complete(self, today: date) -> None:
        """Raise an error that names the field if fingers are doubtful. today: at the office.

        FingerTwice, FingersUndeclared, FingersHealing, BadDate, InvalidRequest.
        """
        require_each_once(self.positions)
        if not self.any_captured:
            self._require_reasons()
            if self.confirmed_different:
                raise InvalidRequest("no finger was captured", field="confirmed_different")
        self._require_day(today)

    @property
    def event(self) -> ApplicationEvent:
        """What happens to the application."""
        if self.any_captured and self.confirmed_different:
            return ApplicationEvent.CONFIRM_DIFFERENT_FINGERS
        if self.any_captured:
            return ApplicationEvent.SUBMIT_BIOMETRICS
        if self._heals:
            return ApplicationEvent.POSTPONE_BIOMETRICS
        return ApplicationEvent.DECLARE_NO_FINGERPRINTS

    @property
    def in_words(self) -> str:
        """The fingers that are missing, for the history."""
        reasons = [f"{position.name.lower()} {self.missing[position]}" for position in self.missing]
        return ", ".join(reasons)

    @property
    def _heals(self) -> bool:
        return not self.any_captured and MissingReason.BANDAGED in self.missing.values()

    def _require_reasons(self) -> None:
        known = [each for each in self.missing.values() if each is not MissingReason.UNKNOWN]
        if len(known) < len(FingerPosition):
            raise FingersUndeclared(
                "no finger was captured: declare each of the ten, with the reason", field="samples"
            )

    def _require_day(self, today: date) -> None:
        if self._heals and self.come_back_on is None:
            raise FingersHealing("say when the applicant comes back", field="come_back_on")
        if self.come_back_on is None:
            return
        if not self._heals:
            raise InvalidRequest("no finger is bandaged that is needed", field="come_back_on")
        if self.come_back_on <= today:
            raise BadDate("the day has to be after today", field="come_back_on")


def require_each_once(positions: Sequence[FingerPosition]) -> None:
    """Raise FingerTwice if a position stands twice among those of samples."""
    for place, position in enumerate(positions):
        if position in positions[:place]:
            raise FingerTwice(
                "this finger stands twice among the samples", field=f"samples[{place}].position"
            )


_COMPARED = frozenset(
    {
        ApplicationEvent.VERIFY,
        ApplicationEvent.IDENTIFY,
        ApplicationEvent.REFER_TO_EXAMINERS,
    }
)


def require_never_compared(events: Iterable[ApplicationEvent]) -> None:
    """Raise FingersWereUsable if the history has an answer of the matcher about fingerprints."""
    if _COMPARED & set(events):
        raise FingersWereUsable(
            "the matcher has compared fingerprints of this application: take them again. If none "
            "can be used now, declare them as bandaged and say when the applicant comes back; if "
            "they are lost for good, withdraw the application and take in another"
        )
