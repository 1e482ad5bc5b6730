"""What becomes of a notice: when it may be delivered, and when that has become pointless."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from issuance.domain.case import Case
from issuance.domain.contact import Contact
from issuance.domain.formatting import LocalizedText
from issuance.domain.notices import NoticeKind
from issuance.domain.reference import format_reference
from issuance.domain.states import NOT_READY, ApplicationState


class NoticeDelivery(StrEnum):
    """What became of a notice."""

    IN_PERSON = "in_person"
    """Nobody delivers it: the office tells the applicant."""
    PENDING = "pending"
    SENT = "sent"
    OUTDATED = "outdated"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class NoticeMessage:
    """A notice as it is delivered.

    id: of the notice, by which a repetition is recognised. subject, text: in the language of the
    applicant, ISO 639-1. at: when it was written, business time.
    """

    id: str
    application: str
    kind: NoticeKind
    contact: Contact
    language: str
    subject: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The part of a day in which nobody is sent anything, by the hours of the office's zone.

    begin may be after end: then they last over midnight. Equal: there are none.
    """

    begin: time = time(20)
    end: time = time(7)

    def include(self, at: datetime, zone: ZoneInfo) -> bool:
        """Return whether an instant is in them."""
        local = at.astimezone(zone).time()
        if self.begin <= self.end:
            return self.begin <= local < self.end
        return local >= self.begin or local < self.end


_TRUE_IN: Mapping[NoticeKind, frozenset[ApplicationState]] = {
    NoticeKind.PROMISED_DATE: NOT_READY,
    NoticeKind.DATE_CHANGED: NOT_READY,
    NoticeKind.DELAYED: NOT_READY,
    NoticeKind.READY: frozenset({ApplicationState.READY}),
    NoticeKind.RECAPTURE: frozenset({ApplicationState.PAID}),
    NoticeKind.REFUSED: frozenset({ApplicationState.REFUSED}),
    NoticeKind.COLLECTION_REMINDER: frozenset({ApplicationState.READY}),
    NoticeKind.NOT_COLLECTED: frozenset({ApplicationState.WITHDRAWN}),
    NoticeKind.IDENTITY_SETTLED: frozenset({ApplicationState.HANDED_OVER}),
    NoticeKind.IDENTIFICATION_DUE: frozenset({ApplicationState.HANDED_OVER}),
}


def is_outdated(kind: NoticeKind, case: Case) -> bool:
    """Return whether a notice tells nothing that is still true of its application."""
    settled = kind is NoticeKind.IDENTIFICATION_DUE and not case.identification_due
    return settled or case.state not in _TRUE_IN[kind]


def subject(reference: str) -> LocalizedText:
    """Return the subject of a message about an application. reference: empty if it has none."""
    spoken = format_reference(reference) if reference else ""
    return LocalizedText(
        f"Permohonan paspor {spoken}".strip(), f"Passport application {spoken}".strip()
    )
