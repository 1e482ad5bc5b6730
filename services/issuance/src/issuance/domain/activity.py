"""What may stop in an outage, and which cases wait until it goes on."""

from collections.abc import Mapping
from enum import StrEnum

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.states import AWAITING_IDENTIFICATION, ApplicationState


class Activity(StrEnum):
    """What may stop in an outage."""

    INTAKE = "intake"
    """New applications are taken in."""
    IDENTIFICATION = "identification"
    """Applicants are identified, and their encounters at the matcher set to a status."""
    APPROVAL = "approval"
    """Passports are approved for printing."""
    PRINTING = "printing"
    """Approved passports are released to the printer and printed."""
    HAND_OVER = "hand_over"
    """Passports are handed over."""


class StoppedByOutage(DomainError):
    """An outage that lasts stops this, by the outage policy (metadata: outage, activity)."""

    kind = ErrorKind.PRECONDITION
    reason = "STOPPED_BY_OUTAGE"


WAITING: Mapping[Activity, frozenset[ApplicationState]] = {
    Activity.INTAKE: frozenset(),
    Activity.IDENTIFICATION: AWAITING_IDENTIFICATION,
    Activity.APPROVAL: frozenset({ApplicationState.AWAITING_APPROVAL}),
    Activity.PRINTING: frozenset({ApplicationState.APPROVED, ApplicationState.PRINTING}),
    Activity.HAND_OVER: frozenset(),
}
"""Cases in these states wait for the activity, and their clocks are paused while it is stopped."""
