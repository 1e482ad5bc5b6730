"""Which tables does the matcher have? All other state (index, snapshot) is derived from them."""

from enum import StrEnum

from servicekit.storage.column_types import UtcDateTime
from servicekit.storage.idempotency import idempotency_table
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    literal,
)

metadata = MetaData()


class ChangeKind(StrEnum):
    """What a change did to an encounter."""

    ADDED = "ADDED"
    STATUS_SET = "STATUS_SET"
    MOVED = "MOVED"
    UPDATED = "UPDATED"
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
    # Name of the master key that biometric data are encrypted under; empty until they are.
    Column("master_key_id", String(16), nullable=False, server_default=""),
    # Hash of the change log, and sums over the searched encounters, after the last change.
    Column("log_hash", LargeBinary, nullable=False),
    Column("searched_encounters", BigInteger, nullable=False),
    Column("searched_fingers", BigInteger, nullable=False),
    Column("searched_checksum", LargeBinary, nullable=False),
)

changes = Table(
    "changes",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(16), nullable=False),
    Column("encounter_id", String(64), nullable=False),
    # SHA-256 of what the encounter held after the change; empty if it was deleted.
    Column("content_digest", LargeBinary, nullable=False),
    # SHA-256 over the hash before and this change.
    Column("log_hash", LargeBinary, nullable=False),
)

# Not a parameter: PostgreSQL uses a partial index only where it is known to be enough.
IS_ADDITION = changes.c.kind == literal(ChangeKind.ADDED, literal_execute=True)

# An encounter's id is never used again, even if the encounter is deleted.
Index(
    "encounter_added_once",
    changes.c.encounter_id,
    unique=True,
    sqlite_where=IS_ADDITION,
    postgresql_where=IS_ADDITION,
)

encounters = Table(
    "encounters",
    metadata,
    Column("encounter_id", String(64), primary_key=True),
    Column("person_id", String(64), nullable=False, index=True),
    Column("office_id", String(64), nullable=False, index=True),
    Column("status", Integer, nullable=False, index=True),
    Column("revision", BigInteger, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("added_by_change", BigInteger, nullable=False, unique=True),
    Column("last_change", BigInteger, nullable=False),
    # The change that stored its present fingers.
    Column("fingers_change", BigInteger, nullable=False),
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
    # Encrypted with the encounter's key, as are images.
    Column("template", LargeBinary),
    # Shows that a template is not the one that was stored.
    Column("template_sha256", LargeBinary),
    # Of the ridges in its image; null if nobody looked.
    Column("alteration_score", Float),
    Column("alteration_detector", String),
)

# Several of a finger while another model version is prepared, or kept to go back to.
embeddings = Table(
    "embeddings",
    metadata,
    Column("encounter_id", String(64), primary_key=True),
    Column("position", Integer, primary_key=True),
    # Of the model that made it.
    Column("version", String(64), primary_key=True),
    # Encrypted with the encounter's key.
    Column("embedding", LargeBinary, nullable=False),
    ForeignKeyConstraint(
        ["encounter_id", "position"],
        ["fingers.encounter_id", "fingers.position"],
        ondelete="CASCADE",
    ),
)

encounter_galleries = Table(
    "encounter_galleries",
    metadata,
    Column(
        "encounter_id",
        String(64),
        ForeignKey("encounters.encounter_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("gallery", String(64), primary_key=True, index=True),
)

# Apart from what they encrypt, so that a backup of the keys can be kept for a shorter time.
encounter_keys = Table(
    "encounter_keys",
    metadata,
    Column(
        "encounter_id",
        String(64),
        ForeignKey("encounters.encounter_id", ondelete="CASCADE"),
        primary_key=True,
    ),
    # By the master key; AES key wrap, RFC 3394.
    Column("wrapped_key", LargeBinary, nullable=False),
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
    # Copies of what the record says, to list decisions by.
    Column("decided_at", UtcDateTime, nullable=False),
    Column("office_id", String(64), nullable=False),
    Column("outcome", Integer, nullable=False),
    Index("decisions_by_time", "decided_at", "number"),
    Index("decisions_by_office_and_time", "office_id", "decided_at", "number"),
)

supplied_fingers = Table(
    "supplied_fingers",
    metadata,
    Column("decision_id", String(64), primary_key=True),
    Column("side", String(16), primary_key=True),
    Column("position", Integer, primary_key=True),
    # Encrypted with a key of its own.
    Column("template", LargeBinary, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False, index=True),
)

status_changes = Table(
    "status_changes",
    metadata,
    # For the audit: outlives the encounter.
    Column("change", BigInteger, primary_key=True, autoincrement=False),
    Column("encounter_id", String(64), nullable=False, index=True),
    Column("from_status", Integer, nullable=False),
    Column("to_status", Integer, nullable=False),
    Column("reason", String, nullable=False),
    Column("caller", String, nullable=False),
    Column("on_behalf_of", String),
    Column("changed_at", UtcDateTime, nullable=False),
)

merges = Table(
    "merges",
    metadata,
    Column("merge_id", String(64), primary_key=True),
    Column("from_person_id", String(64), nullable=False),
    Column("into_person_id", String(64), nullable=False),
    # The office that the merge was restricted to; none if a national caller merged.
    Column("office_id", String(64)),
    Column("caller", String, nullable=False),
    Column("on_behalf_of", String),
    Column("merged_at", UtcDateTime, nullable=False),
    Column("undone_at", UtcDateTime),
)

merged_encounters = Table(
    "merged_encounters",
    metadata,
    Column("merge_id", String(64), ForeignKey("merges.merge_id"), primary_key=True),
    # Outlives the encounter, so that an undoing can say that it was deleted.
    Column("encounter_id", String(64), primary_key=True),
)

operations = Table(
    "operations",
    metadata,
    Column("operation_id", String(32), primary_key=True),
    Column("method", String, nullable=False),
    Column("caller", String, nullable=False),
    Column("on_behalf_of", String),
    # For which it was started.
    Column("office_id", String(64), nullable=False, index=True),
    # Emptied when the operation is finished: it holds biometric data.
    Column("request", LargeBinary),
    Column("priority", Integer, nullable=False),
    Column("replica", String(32)),
    Column("state", Integer, nullable=False),
    Column("since", UtcDateTime, nullable=False, index=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("not_before", UtcDateTime, nullable=False),
    Column("leased_by", String(32)),
    Column("leased_until", UtcDateTime),
    Column("cancel_requested", Boolean, nullable=False),
    Column("progress", Float, nullable=False),
    Column("waiting_for", String, nullable=False),
    Column("result", LargeBinary),
)
Index("operations_by_turn", operations.c.state, operations.c.priority, operations.c.created_at)

model_bundles = Table(
    "model_bundles",
    metadata,
    # One that serves, if any but the packaged one ever did, and at most one other.
    Column("name", String(64), primary_key=True),
    # Of all its models.
    Column("versions", String, nullable=False),
    Column("state", String(16), nullable=False),
    Column("operation_id", String(32), nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

bundle_reports = Table(
    "bundle_reports",
    metadata,
    Column("replica", String(32), primary_key=True),
    Column("bundle", String(64), nullable=False),
    Column("share", Float, nullable=False),
    Column("is_ready", Boolean, nullable=False),
    Column("problem", String, nullable=False),
    Column("is_rejected", Boolean, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

idempotency = idempotency_table(metadata)
