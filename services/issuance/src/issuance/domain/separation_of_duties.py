"""Which steps of one application must be taken by different people."""

import re
from collections.abc import Iterable, Mapping

from servicekit.errors import DomainError, ErrorKind

from issuance.domain.events import ApplicationEvent
from issuance.domain.history import INTAKE_EVENTS, HistoryEntry


class SeparationOfDuties(DomainError):
    """The person took an earlier step of the application that excludes this one."""

    kind = ErrorKind.DENIED
    reason = "SEPARATION_OF_DUTIES"


class PersonNotNamed(DomainError):
    """A service names the person for whom it takes a step, in the header `on-behalf-of`."""

    kind = ErrorKind.DENIED
    reason = "PERSON_NOT_NAMED"


APPROVALS = frozenset(
    {
        ApplicationEvent.APPROVE_FIRST,
        ApplicationEvent.APPROVE,
        ApplicationEvent.APPROVE_BOOK,
    }
)
_APPEALS = frozenset(
    {
        ApplicationEvent.REOPEN,
        ApplicationEvent.REOPEN_UNIDENTIFIED,
        ApplicationEvent.REEXAMINE,
        ApplicationEvent.REEXAMINE_HOLDER,
        ApplicationEvent.REVIEW_IDENTITY,
    }
)
_AT_THE_HAND_OVER = frozenset({ApplicationEvent.HAND_OVER, ApplicationEvent.WAIVE_FINGER_CHECK})
"""Who caused one of these has said before that the document is with its holder."""
NOT_THE_EXAMINERS = INTAKE_EVENTS | APPROVALS | _APPEALS | _AT_THE_HAND_OVER
"""Who caused one of these events does not examine the application."""
_NOT_THE_APPROVERS = (
    INTAKE_EVENTS
    | _APPEALS
    | {
        ApplicationEvent.CLEAR,
        ApplicationEvent.LINK_PERSON,
        ApplicationEvent.ESTABLISH_IDENTITY,
        ApplicationEvent.CLEAR_HOLD,
    }
)
"""Who granted an appeal overrules nobody alone; who refused may approve then."""
EXCLUDED_BY: Mapping[ApplicationEvent, frozenset[ApplicationEvent]] = {
    # Who refused is left to approve, where an office has two supervisors.
    ApplicationEvent.ESTABLISH_IDENTITY: INTAKE_EVENTS | {ApplicationEvent.REFUSE},
    ApplicationEvent.REVIEW_IDENTITY: frozenset({ApplicationEvent.REFUSE}),
    ApplicationEvent.APPROVE_FIRST: _NOT_THE_APPROVERS,
    ApplicationEvent.APPROVE: _NOT_THE_APPROVERS,
    ApplicationEvent.APPROVE_BOOK: _NOT_THE_APPROVERS,
    ApplicationEvent.HAND_OVER: APPROVALS | {ApplicationEvent.WAIVE_FINGER_CHECK},
    ApplicationEvent.WAIVE_FINGER_CHECK: APPROVALS,
    ApplicationEvent.CLEAR_HOLD: INTAKE_EVENTS | APPROVALS,
    ApplicationEvent.SETTLE_IDENTIFICATION: INTAKE_EVENTS | APPROVALS | _AT_THE_HAND_OVER,
    ApplicationEvent.REOPEN: frozenset({ApplicationEvent.REFUSE}),
    ApplicationEvent.REOPEN_UNIDENTIFIED: frozenset({ApplicationEvent.REFUSE}),
}
"""Who caused one of these events may not cause the event that is the key."""


def is_among(identity: str, others: Iterable[str]) -> bool:
    """Return whether `others` name the same person, in whatever role and office.

    One person may have several identities, one for each role and office; only people of one
    office and national ones ever see an application, so the name of the user tells them apart.
    """
    return _person(identity) in map(_person, others)


def _person(identity: str) -> str:
    return re.sub(r"/office/[^/]+|/role/[^/]+$", "", identity)


def require_separate_duties(
    event: ApplicationEvent, person: str, history: Iterable[HistoryEntry]
) -> None:
    """Raise SeparationOfDuties if the person caused what excludes them from this event."""
    step = _earlier_step(person, history, EXCLUDED_BY.get(event, frozenset()))
    if step:
        raise SeparationOfDuties(
            f"{event} is for another person than who did {step}", event=event, earlier=step
        )


def require_not_examined_by(person: str, examiners: Iterable[str], event: ApplicationEvent) -> None:
    """Raise SeparationOfDuties if the person is among the examiners, whatever their verdicts.

    The history names only those whose verdict decided.
    """
    if is_among(person, examiners):
        raise SeparationOfDuties(
            f"{event} is for another person than who examined the application",
            event=event,
            earlier="examine",
        )


def require_not_approved_by(person: str, history: Iterable[HistoryEntry]) -> None:
    """Raise SeparationOfDuties if the person approved the application of a stray book."""
    step = _earlier_step(person, history, APPROVALS)
    if step:
        raise SeparationOfDuties(
            "its book is for another person than who approved the application", earlier=step
        )


def _earlier_step(
    person: str, history: Iterable[HistoryEntry], steps: frozenset[ApplicationEvent]
) -> ApplicationEvent | None:
    entries = (entry for entry in history if entry.event in steps)
    return next((entry.event for entry in entries if is_among(person, [entry.person])), None)


def require_second(person: str, first: str, event: ApplicationEvent) -> None:
    """Raise SeparationOfDuties if the person is the first of the two who approve. first: or ""."""
    if first and is_among(person, [first]):
        raise SeparationOfDuties(
            f"{event} is for another person than who approved first",
            event=event,
            earlier=ApplicationEvent.APPROVE_FIRST,
        )


def require_another(person: str, earlier: str, event: ApplicationEvent) -> None:
    """Raise SeparationOfDuties if the person appointed the proxy to whom the passport is given."""
    if is_among(person, [earlier]):
        raise SeparationOfDuties(
            f"{event} to a proxy is for another person than who appointed the proxy",
            event=event,
            earlier=ApplicationEvent.APPOINT_PROXY,
        )
