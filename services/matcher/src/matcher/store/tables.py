"""The tables. What is not in them cannot be lost: everything else is made anew from them."""

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

ADDED, MOVED, DELETED = "ADDED", "MOVED", "DELETED"


head = Table(
    "head",
    metadata,
    # One row. Whoever changes anything updates it first and so holds its lock until the commit:
    # that makes numbers follow the order of commits, without gaps, on every database.
    Column("only", Integer, primary_key=True),
    Column("database_epoch", String(32), nullable=False),
    Column("change", BigInteger, nullable=False),
    Column("decision", BigInteger, nullable=False),
    Column("decision_hash", LargeBinary, nullable=False),
    # How many of the decisions are UNDECIDED.
    Column("undecided", BigInteger, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(8), nullable=False),
    Column("encounter_id", String(64), nullable=False),
)

# An encounter's id is used once for ever, even if the encounter is deleted.
Index(
    "one_addition",
    changes.c.encounter_id,
    unique=True,
    sqlite_where=changes.c.kind == ADDED,
    postgresql_where=changes.c.kind == ADDED,
)

encounters = Table(
    "encounters",
    metadata,
    Column("encounter_id", String(64), primary_key=True),
    Column("person_id", String(64), nullable=False, index=True),
    Column("status", Integer, nullable=False, index=True),
    Column("revision", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("added", BigInteger, nullable=False, unique=True),
    Column("changed", BigInteger, nullable=False),
    # The request that added it, so that a retry after a crash can go on.
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
