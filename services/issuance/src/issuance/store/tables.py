"""The tables. Columns of `applications` are the fields of `Case`."""

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

from issuance.domain.adjudication import TaskState, Verdict
from issuance.domain.identification import ApplicationType, Cause
from issuance.domain.notices import NoticeKind
from issuance.domain.outage import Scope
from issuance.domain.plan import PriorityClass
from issuance.domain.states import State, Work
from issuance.store.columns import Candidates, Coded, Exact, Words

metadata = MetaData()
idempotency_records = idempotency_table(metadata)

applications = Table(
    "applications",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("office", String(8), nullable=False),
    Column("type", Coded(ApplicationType), nullable=False),
    Column("priority_class", Coded(PriorityClass), nullable=False),
    Column("holder", LargeBinary, nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    Column("state", Coded(State), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("completed_at", UtcDateTime),
    Column("place", Integer),
    Column("applied_on", Date),
    Column("due_on", Date),
    Column("first_promised_collection_date", Date),
    Column("promised_collection_date", Date),
    Column("date_change_reason", Words),
    Column("delayed", Boolean, nullable=False),
    Column("decision_id", String, nullable=False),
    Column("own_record_first", Boolean),
    Column("document_number", String(9), nullable=False),
    Column("released_on", Date),
    Column("print_job", String, nullable=False),
    Column("book_serial", String, nullable=False),
    Column("ready_at", UtcDateTime),
    Column("refusal_reason", Words),
    Column("handed_over_at", UtcDateTime),
    Index("applications_queue", "office", "state", "place"),
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
    Column("event", String(32), nullable=False),
    Column("source", Coded(State)),
    Column("target", Coded(State), nullable=False),
    Column("by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("why", String, nullable=False),
)

samples = Table(
    "samples",
    metadata,
    Column("case", String(64), ForeignKey("applications.id"), primary_key=True),
    Column("fingers", LargeBinary, nullable=False),
)

work = Table(
    "work",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", Coded(Work), nullable=False),
    _case(),
    Column("office", String(8), nullable=False),
    Column("priority_class", Coded(PriorityClass), nullable=False),
    Column("place", Integer, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("clearance", String, nullable=False),
    Column("owed_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    # Real time, from here on.
    Column("not_before", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("leased_by", String, nullable=False),
    Column("trouble", String, nullable=False),
    UniqueConstraint("kind", "case"),
    Index("work_order", "kind", "priority_class", "place"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    _case(),
    Column("office", String(8), nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("cause", Coded(Cause), nullable=False),
    Column("state", Coded(TaskState), nullable=False, index=True),
    Column("decision_id", String, nullable=False),
    Column("candidates", Candidates, nullable=False),
    Column("calibration", String, nullable=False),
    Column("claimed_by", String),
    Column("claimed_at", UtcDateTime),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
)

looks = Table(
    "looks",
    metadata,
    Column("task", String(64), ForeignKey("tasks.id"), primary_key=True),
    Column("nth", Integer, primary_key=True),
    Column("by", String, nullable=False),
    Column("verdict", Coded(Verdict), nullable=False),
    Column("why", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("task", "by"),
)

outages = Table(
    "outages",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("scope", Coded(Scope), nullable=False),
    Column("office", String(8), nullable=False),
    Column("cause", String, nullable=False),
    Column("began", UtcDateTime, nullable=False),
    Column("ended", UtcDateTime, index=True),
    Column("expected_end", UtcDateTime),
    Column("declared_by", String, nullable=False),
)

outage_cases = Table(
    "outage_cases",
    metadata,
    Column("outage", String(64), ForeignKey("outages.id"), primary_key=True),
    Column("case", String(64), ForeignKey("applications.id"), primary_key=True, index=True),
    Column("since", UtcDateTime, nullable=False),
)

notices = Table(
    "notices",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    _case(),
    Column("nth", Integer, nullable=False),
    Column("office", String(8), nullable=False),
    Column("kind", Coded(NoticeKind), nullable=False),
    Column("collect_on", Date),
    Column("text", Words, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("case", "nth"),
    Index("notices_office", "office", "number"),
)

machines = Table(
    "machines",
    metadata,
    Column("office", String(8), primary_key=True),
    Column("since", Date, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("books_per_day", Exact, nullable=False),
)

plans = Table(
    "plans",
    metadata,
    Column("office", String(8), primary_key=True),
    # Grows with everything that may change the plan.
    Column("changes", Integer, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", Integer, nullable=False),
)

watches = Table(
    "watches",
    metadata,
    Column("office", String(8), primary_key=True),
    Column("resume_token", String, nullable=False),
)
