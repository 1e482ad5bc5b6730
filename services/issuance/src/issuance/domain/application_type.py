"""What can be applied for."""

from enum import StrEnum


class ApplicationType(StrEnum):
    """First passport, renewal or replacement."""

    NEW = "new"
    RENEWAL = "renewal"
    REPLACEMENT_LOST = "replacement_lost"
    REPLACEMENT_DAMAGED = "replacement_damaged"

    @property
    def claims_record(self) -> bool:
        """Whether the applicant claims to be a person who is already on record."""
        return self is not ApplicationType.NEW
