"""Where do the fingers of a probe or of a reference come from?"""

from dataclasses import dataclass
from enum import StrEnum

from matcher.domain.decision import ProbeFinger
from matcher.domain.encounter import EncounterStatus
from matcher.domain.finger import Finger, FingerSample


class Side(StrEnum):
    """One of the two sides of a comparison (ISO/IEC 2382-37)."""

    PROBE = "probe"
    REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class SuppliedSamples:
    """Fingers that come with the call, and belong to no encounter.

    confirmed_different: whether a person states that none was given twice.
    """

    samples: tuple[FingerSample, ...]
    confirmed_different: bool = False


@dataclass(frozen=True, slots=True)
class EncounterFingers:
    """The fingers of a stored encounter."""

    encounter_id: str


@dataclass(frozen=True, slots=True)
class PersonFingers:
    """The fingers of a stored person's searched encounters."""

    person_id: str


FingerSource = SuppliedSamples | EncounterFingers | PersonFingers


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """The fingers to search or to verify.

    recorded_as: the same, as the decision names them. is_incomplete: whether a stored finger was
    left out, since its template cannot be read. statuses: of the encounters it was read from.
    """

    fingers: tuple[Finger, ...]
    recorded_as: tuple[ProbeFinger, ...]
    is_incomplete: bool = False
    statuses: tuple[EncounterStatus, ...] = ()
