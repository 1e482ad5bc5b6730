"""Create the first tables."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create all tables, and the one row of head with a new database epoch."""
    head = op.create_table(
        "head",
        sa.Column("only_row", sa.Integer, primary_key=True),
        sa.Column("database_epoch", sa.String(32), nullable=False),
        sa.Column("last_change", sa.BigInteger, nullable=False),
        sa.Column("last_decision", sa.BigInteger, nullable=False),
        sa.Column("last_record_hash", sa.LargeBinary, nullable=False),
    )
    op.bulk_insert(
        head,
        [
            {
                "only_row": 1,
                "database_epoch": uuid4().hex,
                "last_change": 0,
                "last_decision": 0,
                "last_record_hash": bytes(32),
            }
        ],
    )
    op.create_table(
        "changes",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("encounter_id", sa.String(64), nullable=False),
    )
    op.create_index(
        "encounter_added_once",
        "changes",
        ["encounter_id"],
        unique=True,
        sqlite_where=sa.text("kind = 'ADDED'"),
        postgresql_where=sa.text("kind = 'ADDED'"),
    )
    op.create_table(
        "encounters",
        sa.Column("encounter_id", sa.String(64), primary_key=True),
        sa.Column("person_id", sa.String(64), nullable=False, index=True),
        sa.Column("status", sa.Integer, nullable=False, index=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("added_by_change", sa.BigInteger, nullable=False, unique=True),
        sa.Column("last_change", sa.BigInteger, nullable=False),
        sa.Column("caller", sa.String, nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("request_digest", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("caller", "request_id"),
    )
    op.create_table(
        "fingers",
        _encounter_id(),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("missing_reason", sa.Integer),
        sa.Column("minutiae", sa.Integer, nullable=False),
        sa.Column("quality", sa.Integer),
        sa.Column("template", sa.LargeBinary),
        sa.Column("embedding", sa.LargeBinary),
        sa.Column("embedding_version", sa.String),
    )
    op.create_table(
        "images",
        _encounter_id(),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("ppi", sa.Integer, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "decisions",
        sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("decision_id", sa.String(64), nullable=False, unique=True),
        sa.Column("record", sa.LargeBinary, nullable=False),
        sa.Column("record_hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "idempotency_records",
        sa.Column("caller", sa.String, primary_key=True),
        sa.Column("request_type", sa.String, primary_key=True),
        sa.Column("request_id", sa.String, primary_key=True),
        sa.Column("request_digest", sa.LargeBinary, nullable=False),
        sa.Column("response", sa.LargeBinary, nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=False, index=True),
    )


def _encounter_id() -> sa.Column[str]:
    return sa.Column(
        "encounter_id",
        sa.String(64),
        sa.ForeignKey("encounters.encounter_id", ondelete="CASCADE"),
        primary_key=True,
    )
