"""Where do the fingers of a probe or of a reference come from?"""

from dataclasses import dataclass

from matcher.domain.decision import ProbeFinger
from matcher.domain.finger import Finger, FingerSample


@dataclass(frozen=True, slots=True)
class SuppliedSamples:
    """Fingers that come with the call; their biometric data are not stored."""

    samples: tuple[FingerSample, ...]


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
    """The fingers to search or to verify. recorded_as: the same, as the decision names them."""

    fingers: tuple[Finger, ...]
    recorded_as: tuple[ProbeFinger, ...]
