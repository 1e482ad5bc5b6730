"""Persons, encounters and fingers (ISO/IEC 2382-37)."""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from matcher.domain.change_token import ChangeToken
from matcher.minutiae import Minutiae

Embedding = NDArray[np.float16]
"""float16 (256,), unit length before rounding."""


class EncounterStatus(IntEnum):
    """Where an encounter stands; the numbers are those of the contract."""

    PENDING = 1
    ACTIVE = 2
    INACTIVE = 3
    FRAUD = 4

    @property
    def searchable(self) -> bool:
        """Whether searches find it."""
        return self is not EncounterStatus.INACTIVE


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of one finger, as it came. ppi: pixels per inch.

    raw: width and height, if the data are pixels and nothing else; None if they are a file.
    """

    data: bytes
    ppi: int
    raw: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """An ISO/IEC 19794-2 record of any edition, as it came."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a finger was not taken; the number is the contract's."""

    reason: int


@dataclass(frozen=True, slots=True)
class Sample:
    """What was captured of a finger. position: 1 to 10. impression: ISO code, 0 to 3."""

    position: int
    impression: int
    content: Image | Template | Missing


@dataclass(frozen=True, slots=True, eq=False)
class Finger:
    """A finger that can be searched and compared.

    minutiae: as read back from the template. template: ISO/IEC 19794-2:2011 record, 500 dpi.
    quality: NFIQ 2, 0 to 100, of the image; None if there was none.
    """

    position: int
    minutiae: Minutiae
    template: bytes
    embedding: Embedding
    quality: int | None = None
    image: Image | None = None


@dataclass(frozen=True, slots=True)
class StoredFinger:
    """What is told of a stored finger. minutiae: 0 and missing_reason set if it is missing."""

    position: int
    minutiae: int
    quality: int | None
    missing_reason: int | None


@dataclass(frozen=True, slots=True)
class Encounter:
    """What a person gave on one occasion.

    added: number of the change that added it. changed: the change it was last touched by.
    """

    encounter_id: str
    person_id: str
    status: EncounterStatus
    fingers: tuple[StoredFinger, ...]
    revision: int
    created_at: datetime
    added: int
    changed: ChangeToken
