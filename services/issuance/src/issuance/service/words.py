"""Words of the domain and of the contract, side by side."""

from datetime import UTC, date, datetime
from typing import cast

from google.protobuf.timestamp_pb2 import Timestamp
from passport.issuance.v1 import adjudication_pb2 as tasks
from passport.issuance.v1 import applications_pb2, outages_pb2, schedule_pb2
from passport.issuance.v1 import applications_pb2 as apps
from passport.type.v1 import civil_pb2

from issuance.domain.adjudication import TaskState, Verdict
from issuance.domain.identification import ApplicationType, Cause
from issuance.domain.notices import NoticeKind
from issuance.domain.outage import Scope
from issuance.domain.plan import PriorityClass
from issuance.domain.states import State, Work
from issuance.domain.turns import ResponsibleParty
from issuance.domain.words import Text
from issuance.domain.working_time import BadDate
from issuance.wire import PRIORITY_CLASSES, calendar_date

STATES = {s: apps.ApplicationState.Value(f"APPLICATION_STATE_{s.name}") for s in State}
TYPES = {t: apps.ApplicationType.Value(f"APPLICATION_TYPE_{t.name}") for t in ApplicationType}
RESPONSIBLE_PARTIES = {
    t: apps.ResponsibleParty.Value(f"RESPONSIBLE_PARTY_{t.name}") for t in ResponsibleParty
}
CAUSES = {c: tasks.TaskCause.Value(f"TASK_CAUSE_{c.name}") for c in Cause}
TASK_STATES = {s: tasks.TaskState.Value(f"TASK_STATE_{s.name}") for s in TaskState}
VERDICTS = {v: tasks.Verdict.Value(f"VERDICT_{v.name}") for v in Verdict}
SCOPES = {s: outages_pb2.OutageScope.Value(f"OUTAGE_SCOPE_{s.name}") for s in Scope}
NOTICE_KINDS = {k: schedule_pb2.NoticeKind.Value(f"NOTICE_KIND_{k.name}") for k in NoticeKind}
OWNERS = {
    Work.IDENTIFY: applications_pb2.RESPONSIBLE_PARTY_MATCHER,
    Work.SETTLE: applications_pb2.RESPONSIBLE_PARTY_MATCHER,
    Work.PRINT: applications_pb2.RESPONSIBLE_PARTY_PRINTER,
}

STATE_OF = {code: word for word, code in STATES.items()}
TYPE_OF = {code: word for word, code in TYPES.items()}
PRIORITY_CLASS_OF = {code: word for word, code in PRIORITY_CLASSES.items()} | {
    civil_pb2.PRIORITY_CLASS_UNSPECIFIED: PriorityClass.NORMAL
}
TASK_STATE_OF = {code: word for word, code in TASK_STATES.items()}
VERDICT_OF = {code: word for word, code in VERDICTS.items()}
SCOPE_OF = {code: word for word, code in SCOPES.items()}


# A field set to None stays absent; the generated types do not know.
def timestamp(at: datetime | None) -> Timestamp:
    """An instant on the wire; None stays absent."""
    if at is None:
        return cast(Timestamp, None)
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp


def optional_date(day: date | None) -> civil_pb2.CalendarDate:
    """A day on the wire; None stays absent."""
    return cast(civil_pb2.CalendarDate, None) if day is None else calendar_date(day)


def localized(text: Text | None) -> civil_pb2.LocalizedText:
    """A text on the wire; None stays absent."""
    if text is None:
        return cast(civil_pb2.LocalizedText, None)
    return civil_pb2.LocalizedText(id=text.id, en=text.en)


def day_of(given: civil_pb2.CalendarDate, field: str) -> date:
    """A day from the wire. Raises BadDate for one that the calendar does not have."""
    try:
        return date(given.year, given.month, given.day)
    except ValueError:
        raise BadDate("the calendar has no such day", field=field) from None


def instant_of(given: Timestamp, field: str) -> datetime:
    """An instant from the wire. Raises BadDate beyond the years that a calendar has."""
    try:
        return given.ToDatetime().replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise BadDate("not a time that can be used here", field=field) from None
