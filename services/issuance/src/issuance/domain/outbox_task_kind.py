"""What another service is asked to do after a transition."""

from enum import StrEnum


class OutboxTaskKind(StrEnum):
    """What another service is asked to do after a transition."""

    IDENTIFY = "identify"
    VERIFY = "verify"
    """Compare the applicant with their own record, while the matcher cannot identify."""
    SET_ENCOUNTER_STATUS = "set_encounter_status"
    """Set the status of the case's encounter at the matcher, move it, or delete it."""
    MERGE_PERSONS = "merge_persons"
    """Make two persons one at the matcher, with all their encounters."""
    UNDO_MERGE = "undo_merge"
    """Take back at the matcher that two persons were made one."""
    PRINT = "print"
    NOTIFY = "notify"
    """Deliver the latest notice to the applicant."""
