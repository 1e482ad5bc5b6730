"""What can happen at an office in one step, and what is recorded after it."""

from collections.abc import Sequence
from dataclasses import dataclass

from issuance.domain.case import Case
from issuance.domain.document import Document
from issuance.domain.finger_check import FingerCheckPolicy, FingerCheckRule
from issuance.domain.states import FINAL_STATES, ApplicationState

OFFICES = ("BJM", "JKT")
BOOKS_PER_DAY = 3
PERSONS_ON_RECORD = 3
"""Of each office, from before there was an issuance service."""
FINGER_CHECKS = FingerCheckPolicy(FingerCheckRule.OPTIONAL, {"JKT": FingerCheckRule.REQUIRED})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens at an office. a, b: choose whom it happens to, and how."""

    what: str
    office: str
    a: int = 0
    b: int = 0


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is recorded after a step. merged: persons who turned out to be others."""

    cases: Sequence[Case]
    documents: Sequence[Document]
    merged: Sequence[str] = ()


def is_over(case: Case) -> bool:
    """Return whether nothing more happens to a case by itself."""
    is_identified = not case.identification_due or case.state is ApplicationState.REFUSED
    return case.state in FINAL_STATES and is_identified
