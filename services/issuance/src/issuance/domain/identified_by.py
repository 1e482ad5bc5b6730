"""By what the holder of a passport is identified, as its clearance says."""

from enum import StrEnum


class IdentifiedBy(StrEnum):
    """By what the holder of a passport was identified before it was made."""

    FINGERPRINTS = "fingerprints"
    PHOTO_AND_INTERVIEW = "photo_and_interview"
    NOT_YET = "not_yet"
    """An emergency document: the identification is due."""
