"""Why the book of a case was not made and will not be without a person's decision."""

from dataclasses import dataclass

_DATA_AT_FAULT = frozenset({"BAD_PAYLOAD", "INVALID_REQUEST"})

CLEARANCE_USED = "CLEARANCE_USED"
"""This very clearance has made a job before."""
DOCUMENT_ALREADY_CLEARED = "DOCUMENT_ALREADY_CLEARED"
"""Another clearance has made a job for the document number or the application."""
JOB_CANCELLED = "JOB_CANCELLED"
"""The printing office cancelled the job."""
JOB_FAILED = "JOB_FAILED"
"""The printing office set the job aside as failed for good."""

JOB_LOST = "JOB_LOST"
"""The printer lost the job in a restore, and nobody asked for another one."""


@dataclass(frozen=True, slots=True)
class PrintFailure:
    """A permanent refusal of the printer, or the end of a job without a book.

    reason: of the printer's catalogue of errors, or JOB_CANCELLED or JOB_FAILED. field: path of
    what is at fault in the application, such as holder.name.primary; empty if unknown. message:
    the printer's words.
    """

    reason: str
    field: str
    message: str

    @property
    def is_in_the_data(self) -> bool:
        """Whether the officer's data would be refused again, so that they are corrected first."""
        of_the_officer = self.is_in_the_portrait or self.field.startswith("holder.")
        return self.reason in _DATA_AT_FAULT and of_the_officer

    @property
    def is_in_the_portrait(self) -> bool:
        """Whether the portrait is at fault."""
        return self.field == "portrait"
