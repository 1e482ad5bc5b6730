"""One side of a comparison, as a caller names it."""

from dataclasses import dataclass

from matcher.domain.biometrics import Finger, Sample
from matcher.domain.decision import ProbeFinger


@dataclass(frozen=True, slots=True)
class SuppliedSamples:
    """Fingers that come with the call; nothing of them is kept."""

    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class EncounterFingers:
    """The fingers of a stored encounter."""

    encounter_id: str


@dataclass(frozen=True, slots=True)
class PersonFingers:
    """The fingers of a stored person; of each position the newest."""

    person_id: str


FingerSource = SuppliedSamples | EncounterFingers | PersonFingers


@dataclass(frozen=True, slots=True, eq=False)
class Probe:
    """Fingers to search with. references: the same ones, as the decision names them."""

    fingers: tuple[Finger, ...]
    references: tuple[ProbeFinger, ...]
