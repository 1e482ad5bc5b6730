"""The tables. The columns of `applications` are the fields of `Case`.

Times are business time unless a comment says otherwise.
"""

from servicekit.storage.column_types import UtcDateTime
from servicekit.storage.idempotency import idempotency_table
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from issuance.domain.adjudication_referral import AdjudicationCause, Candidate
from issuance.domain.adjudication_task import TaskState, Verdict
from issuance.domain.application_type import ApplicationType
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.formatting import LocalizedText
from issuance.domain.notices import NoticeKind
from issuance.domain.outage import OutageScope
from issuance.domain.states import ApplicationEvent, ApplicationState, OutboxTaskKind
from issuance.store.column_types import ExactFraction, IntegerEnum, JsonOf, text_enum

metadata = MetaData()
idempotency_records = idempotency_table(metadata)

applications = Table(
    "applications",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("office", String(8), nullable=False),
    Column("type", text_enum(ApplicationType), nullable=False),
    Column("priority_class", IntegerEnum(PriorityClass), nullable=False),
    Column("holder", LargeBinary, nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("state_since", UtcDateTime, nullable=False),
    Column("state", text_enum(ApplicationState), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("completed_at", UtcDateTime),
    Column("queue_number", Integer),
    Column("applied_on", Date),
    Column("due_on", Date),
    Column("first_promised_collection_date", Date),
    Column("promised_collection_date", Date),
    Column("date_change_reason", JsonOf(LocalizedText)),
    Column("delayed", Boolean, nullable=False),
    Column("decision_id", String, nullable=False),
    Column("own_record_first", Boolean),
    Column("document_number", String(9), nullable=False),
    Column("released_on", Date),
    Column("print_job", String, nullable=False),
    Column("book_serial", String, nullable=False),
    Column("ready_at", UtcDateTime),
    Column("refusal_reason", JsonOf(LocalizedText)),
    Column("handed_over_at", UtcDateTime),
    Index("applications_queue", "office", "state", "queue_number"),
    Index("applications_released", "office", "released_on"),
)


def _case() -> Column[str]:
    return Column("case", String(64), ForeignKey("applications.id"), nullable=False, index=True)


history = Table(
    "history",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    _case(),
    Column("office", String(8), nullable=False),
    Column("event", text_enum(ApplicationEvent), nullable=False),
    Column("source", text_enum(ApplicationState)),
    Column("target", text_enum(ApplicationState), nullable=False),
    Column("by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # What came with the event; empty where it does not belong to it.
    Column("reason", String, nullable=False),
    Column("payment_receipt", String, nullable=False),
    Column("interview_notes", String, nullable=False),
    Column("adjudication_cause", text_enum(AdjudicationCause)),
    Column("document_number", String(9), nullable=False),
    Column("print_job", String, nullable=False),
    Column("book_serial", String, nullable=False),
    Column("signed_by", String, nullable=False),
)

fingerprints = Table(
    "fingerprints",
    metadata,
    Column("case", String(64), ForeignKey("applications.id"), primary_key=True),
    Column("samples", LargeBinary, nullable=False),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", text_enum(OutboxTaskKind), nullable=False),
    _case(),
    Column("office", String(8), nullable=False),
    Column("priority_class", IntegerEnum(PriorityClass), nullable=False),
    Column("queue_number", Integer, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("clearance", String, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    # The times below are real time, those above business time.
    Column("not_before", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("leased_by", String, nullable=False),
    Column("last_error", String, nullable=False),
    UniqueConstraint("kind", "case"),
    Index("outbox_order", "kind", "priority_class", "queue_number"),
)

adjudication_tasks = Table(
    "adjudication_tasks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    _case(),
    Column("office", String(8), nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("cause", text_enum(AdjudicationCause), nullable=False),
    Column("state", text_enum(TaskState), nullable=False, index=True),
    Column("decision_id", String, nullable=False),
    Column("candidates", JsonOf(tuple[Candidate, ...]), nullable=False),
    Column("calibration", String, nullable=False),
    Column("claimed_by", String),
    Column("claimed_at", UtcDateTime),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
)

examinations = Table(
    "examinations",
    metadata,
    Column("task", String(64), ForeignKey("adjudication_tasks.id"), primary_key=True),
    Column("nth", Integer, primary_key=True),
    Column("by", String, nullable=False),
    Column("verdict", text_enum(Verdict), nullable=False),
    Column("reason", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("task", "by"),
)

outages = Table(
    "outages",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("scope", text_enum(OutageScope), nullable=False),
    Column("office", String(8), nullable=False),
    Column("cause", String, nullable=False),
    Column("began", UtcDateTime, nullable=False),
    Column("ended", UtcDateTime, index=True),
    Column("expected_end", UtcDateTime),
    Column("declared_by", String, nullable=False),
)

case_outage_links = Table(
    "case_outage_links",
    metadata,
    Column("outage", String(64), ForeignKey("outages.id"), primary_key=True),
    Column("case", String(64), ForeignKey("applications.id"), primary_key=True, index=True),
    Column("waiting_since", UtcDateTime, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    _case(),
    Column("nth", Integer, nullable=False),
    Column("office", String(8), nullable=False),
    Column("kind", text_enum(NoticeKind), nullable=False),
    Column("collect_on", Date),
    Column("text", JsonOf(LocalizedText), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("case", "nth"),
    Index("notices_office", "office", "number"),
)

installed_machines = Table(
    "installed_machines",
    metadata,
    Column("office", String(8), primary_key=True),
    Column("since", Date, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("books_per_day", ExactFraction, nullable=False),
)

office_plans = Table(
    "office_plans",
    metadata,
    Column("office", String(8), primary_key=True),
    # Grows by one with everything that may change the plan.
    Column("change_count", Integer, nullable=False),
    Column("notified_at", UtcDateTime, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Integer, nullable=False),
)

print_event_tokens = Table(
    "print_event_tokens",
    metadata,
    Column("office", String(8), primary_key=True),
    Column("resume_token", String, nullable=False),
)
