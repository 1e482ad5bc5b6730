"""What the collection of its passport changes in a case."""

from dataclasses import replace
from datetime import date, datetime

from issuance.domain.case import Case
from issuance.domain.collector import Proxy


def with_proxy(case: Case, proxy: Proxy | None) -> Case:
    """Return the case with who may collect its passport in place of the holder, if anybody."""
    return replace(case, proxy=proxy)


def reminded(case: Case, collect_until: date) -> Case:
    """Return the case with the last day of collection, of which its applicant is reminded."""
    return replace(case, collect_until=collect_until)


def fingers_differed(case: Case) -> Case:
    """Return the case after a finger check at the hand-over that failed."""
    return replace(case, finger_mismatches=case.finger_mismatches + 1)


def without_finger_check(case: Case) -> Case:
    """Return the case, whose finger check a supervisor waived."""
    return replace(case, finger_check_waived=True)


def handed_over(case: Case, at: datetime) -> Case:
    """Return the case, its passport handed over."""
    return replace(case, handed_over_at=at)
