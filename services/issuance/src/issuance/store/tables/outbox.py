"""Outbox tasks, and those of which no attempt begins."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint, text

from issuance.domain.collection_plan import PriorityClass
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.store.column_types import IntegerEnum, text_enum
from issuance.store.tables.metadata import case_column, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("kind", text_enum(OutboxTaskKind), nullable=False),
    case_column(),
    Column("office", String(8), nullable=False),
    Column("priority_class", IntegerEnum(PriorityClass), nullable=False),
    Column("queue_number", Integer, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("clearance", String, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("queued_from", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
    # The times below are real time, those above business time.
    Column("not_before", UtcDateTime, nullable=False),
    Column("leased_until", UtcDateTime),
    Column("leased_by", String, nullable=False),
    Column("last_error", String, nullable=False),
    # Since when it is not attempted any more, until somebody has it tried again.
    Column("refused_at", UtcDateTime),
    UniqueConstraint("kind", "case"),
    Index("outbox_refused", "refused_at"),
    Index(
        "outbox_to_attempt",
        "kind",
        "office",
        "queued_from",
        "queue_number",
        sqlite_where=text("refused_at IS NULL"),
        postgresql_where=text("refused_at IS NULL"),
    ),
    Index("outbox_leased", "kind", "leased_until"),
)

# Outbox tasks of which no attempt begins. office: empty for all. paused_at: business time.
paused_work = Table(
    "paused_work",
    metadata,
    Column("kind", text_enum(OutboxTaskKind), primary_key=True),
    Column("office", String(8), primary_key=True),
    Column("reason", String, nullable=False),
    Column("paused_by", String, nullable=False),
    Column("paused_at", UtcDateTime, nullable=False),
)
