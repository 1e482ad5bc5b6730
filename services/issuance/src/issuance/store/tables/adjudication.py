"""Adjudication tasks and what examiners found."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from issuance.domain.adjudication_referral import AdjudicationCause, Candidate
from issuance.domain.adjudication_task import TaskState, Verdict
from issuance.store.column_types import JsonOf, text_enum
from issuance.store.tables.metadata import case_column, metadata

adjudication_tasks = Table(
    "adjudication_tasks",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    case_column(),
    Column("office", String(8), nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("cause", text_enum(AdjudicationCause), nullable=False),
    Column("state", text_enum(TaskState), nullable=False, index=True),
    Column("decision_id", String, nullable=False),
    Column("candidates", JsonOf(tuple[Candidate, ...]), nullable=False),
    Column("calibration", String, nullable=False),
    Column("hits_total", Integer, nullable=False),
    Column("clearances_needed", Integer, nullable=False, server_default="1"),
    Column("claimed_by", String),
    Column("claimed_at", UtcDateTime),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    # For the applications that examiners linked with another person than they were taken in for.
    Index(
        "adjudication_tasks_linked",
        "person_id",
        sqlite_where=text("state = 'linked'"),
        postgresql_where=text("state = 'linked'"),
    ),
)

examinations = Table(
    "examinations",
    metadata,
    Column("task", String(64), ForeignKey("adjudication_tasks.id"), primary_key=True),
    Column("nth", Integer, primary_key=True),
    Column("by", String, nullable=False),
    Column("verdict", text_enum(Verdict), nullable=False),
    Column("person_id", String(64), nullable=False, server_default=""),
    Column("reason", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    UniqueConstraint("task", "by"),
)
