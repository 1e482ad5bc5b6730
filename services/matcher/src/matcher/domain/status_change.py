"""Which status of an encounter may follow which, and who must want it?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from matcher.domain.encounter import Encounter, EncounterStatus
from matcher.domain.errors import ReasonNeeded, StatusChangeNotAllowed, SupervisorNeeded
from matcher.domain.request import RequestOrigin

_S = EncounterStatus

FOLLOWING_STATUSES: Mapping[EncounterStatus, frozenset[EncounterStatus]] = {
    _S.PENDING: frozenset({_S.ACTIVE, _S.INACTIVE, _S.FRAUD}),
    _S.ACTIVE: frozenset({_S.INACTIVE, _S.FRAUD}),
    _S.INACTIVE: frozenset({_S.ACTIVE, _S.FRAUD}),
    _S.FRAUD: frozenset({_S.ACTIVE, _S.INACTIVE}),
}
"""What may follow each status. To leave FRAUD also needs a reason and a supervisor."""
_SUPERVISOR = "supervisor"


@dataclass(frozen=True, slots=True)
class StatusChange:
    """A change of an encounter's status, as it is kept for the audit. at: business time."""

    encounter_id: str
    from_status: EncounterStatus
    to_status: EncounterStatus
    reason: str
    by: RequestOrigin
    at: datetime


def check_status_change(
    encounter: Encounter, status: EncounterStatus, reason: str, by: RequestOrigin
) -> None:
    """Raise StatusChangeNotAllowed, ReasonNeeded or SupervisorNeeded unless this is allowed."""
    if status not in FOLLOWING_STATUSES[encounter.status]:
        raise StatusChangeNotAllowed(
            f"{encounter.status.name} cannot become {status.name}",
            field="status",
            status=encounter.status.name,
        )
    if encounter.status is EncounterStatus.FRAUD and not reason.strip():
        raise ReasonNeeded("it must be said why FRAUD is taken back", field="reason")
    require_supervisor_of_fraud(encounter, by)


def require_supervisor_of_fraud(encounter: Encounter, by: RequestOrigin) -> None:
    """Raise SupervisorNeeded if this is known fraud, and no supervisor of its office wants this.

    For whatever would make searches find less of it, or another person known as fraud: another
    status, other fingers or galleries, another person, deletion.
    """
    if encounter.status is not EncounterStatus.FRAUD:
        return
    person = by.on_behalf_of
    if person is None or person.role != _SUPERVISOR:
        raise SupervisorNeeded("only a supervisor may do this to an encounter of status FRAUD")
    if not person.covers_office(encounter.office_id):
        raise SupervisorNeeded("only a supervisor of the encounter's office may do this")
