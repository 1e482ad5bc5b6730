"""Which tables does the matcher have? All other state (index, snapshot) is derived from them."""

from enum import StrEnum

from servicekit.storage.column_types import UtcDateTime
from servicekit.storage.idempotency import idempotency_table
from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

metadata = MetaData()


class ChangeKind(StrEnum):
    """What a change did to an encounter."""

    ADDED = "ADDED"
    STATUS_SET = "STATUS_SET"
    DELETED = "DELETED"


head = Table(
    "head",
    metadata,
    # One row. Every writer updates it first and so holds its lock until the commit: that makes
    # numbers follow the order of commits, without gaps, on every database.
    Column("only_row", Integer, primary_key=True),
    Column("database_epoch", String(32), nullable=False),
    Column("last_change", BigInteger, nullable=False),
    Column("last_decision", BigInteger, nullable=False),
    Column("last_record_hash", LargeBinary, nullable=False),
    Column("undecided_decisions", BigInteger, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("encounter_id", String(64), nullable=False),
)

_IS_ADDITION = changes.c.kind == ChangeKind.ADDED

# An encounter's id is never used again, even if the encounter is deleted.
Index(
    "encounter_added_once",
    changes.c.encounter_id,
    unique=True,
    sqlite_where=_IS_ADDITION,
    postgresql_where=_IS_ADDITION,
)

encounters = Table(
    "encounters",
    metadata,
    Column("encounter_id", String(64), primary_key=True),
    Column("person_id", String(64), nullable=False, index=True),
    Column("status", Integer, nullable=False, index=True),
    Column("revision", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("added_by_change", BigInteger, nullable=False, unique=True),
    Column("last_change", BigInteger, nullable=False),
    # The request that added it, so that its retry after a crash can finish it.
    Column("caller", String, nullable=False),
    Column("request_id", String(64), nullable=False),
    Column("request_digest", LargeBinary, nullable=False),
    UniqueConstraint("caller", "request_id"),
)

fingers = Table(
    "fingers",
    metadata,
    Column(
        "encounter_id",
        String(64),
        ForeignKey("encounters.encounter_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("position", Integer, primary_key=True),
    Column("missing_reason", Integer),
    Column("minutiae", Integer, nullable=False),
    Column("quality", Integer),
    Column("template", LargeBinary),
    Column("embedding", LargeBinary),
    Column("embedding_version", String),
)

images = Table(
    "images",
    metadata,
    Column(
        "encounter_id",
        String(64),
        ForeignKey("encounters.encounter_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("position", Integer, primary_key=True),
    Column("ppi", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("decision_id", String(64), nullable=False, unique=True),
    # JSON, byte for byte as it was hashed.
    Column("record", LargeBinary, nullable=False),
    Column("record_hash", LargeBinary, nullable=False),
)

idempotency_records = idempotency_table(metadata)
