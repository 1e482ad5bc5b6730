"""What is known after the database went back in time: nothing is printed until persons release it.

A database that was restored from a backup knows less than the machines: what they printed since the
backup would be printed again.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Restore:
    """A restore of the database that persons have not released yet.

    reason: how it was noticed, in words. noticed_at: business time.
    """

    restore_id: int
    reason: str
    noticed_at: datetime

    @property
    def subject(self) -> str:
        """Its name as the subject of proposals."""
        return f"restores/{self.restore_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreFinding:
    """What comparing the database with a machine showed after a restore.

    attempt_id, book_serial: of an attempt that the machine has and the database lacks; empty where
    the finding is about the machine. document_number: empty where nobody can tell. description: for
    people.
    """

    machine_id: str
    attempt_id: str = ""
    book_serial: str = ""
    document_number: str = ""
    description: str
