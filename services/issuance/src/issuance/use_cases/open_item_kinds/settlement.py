"""What all kinds of open items need: who lists them, and who settles one, how and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from issuance.domain.actor import Actor
from issuance.domain.office import WrongOffice
from issuance.domain.open_item import (
    OpenItemKind,
    OpenItemNotFound,
    Resolution,
    require_fitting_reason,
)
from issuance.store.records import Records
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.office_directory import OfficeDirectory

# Numbers of rows are 32-bit integers in the databases.
_LARGEST = 2**31 - 1
_MOST_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Listing:
    """Where open items are read, and when (business time)."""

    records: Records
    offices: OfficeDirectory
    now: datetime


@dataclass(frozen=True, slots=True)
class Settlement:
    """How an item is settled, and the person who does, with role and office.

    apply_transition: applies the event that settles it, if it changes its application.
    """

    records: Records
    resolution: Resolution
    by: Actor
    apply_transition: ApplyTransition

    def require_own(self, office: str) -> None:
        """Raise WrongOffice unless the person acts for this office."""
        if not self.by.may_know(office):
            raise WrongOffice(
                f"a caller of {self.by.office} acts for that office only", office=self.by.office
            )

    def require_fitting(self, kind: OpenItemKind, office: str) -> None:
        """Raise WrongOffice or ReasonDoesNotFit."""
        self.require_own(office)
        require_fitting_reason(kind, self.resolution.reason)


def number(key: str) -> int:
    """Return the number that a caller gives for an item of its kind. Raises OpenItemNotFound."""
    if not (key.isdecimal() and len(key) <= _MOST_DIGITS and int(key) <= _LARGEST):
        raise OpenItemNotFound()
    return int(key)


def numbers(keys: Sequence[str]) -> list[int]:
    """Return the numbers of items that were read from the database."""
    return [int(key) for key in keys]
