"""Jobs, books and machines."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "idempotency_records",
        sa.Column("caller", sa.String, primary_key=True),
        sa.Column("request_type", sa.String, primary_key=True),
        sa.Column("request_id", sa.String, primary_key=True),
        sa.Column("request_digest", sa.LargeBinary, nullable=False),
        sa.Column("response", sa.LargeBinary, nullable=False),
        sa.Column("completed_at", moment, nullable=False, index=True),
    )
    counter = op.create_table(
        "change_counter", sa.Column("last_change", sa.Integer, nullable=False)
    )
    op.bulk_insert(counter, [{"last_change": 0}])
    op.create_table(
        "machines",
        sa.Column("machine_id", sa.String, primary_key=True),
        sa.Column("uri", sa.String, nullable=False),
        sa.Column("printer_uuid", sa.String, nullable=False),
        sa.Column("paused", sa.Boolean, nullable=False),
    )
    op.create_table(
        "deliveries",
        sa.Column("first_serial", sa.String, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("delivery_note", sa.String, nullable=False),
        sa.Column("received_at", moment, nullable=False),
        sa.Column("received_by", sa.String, nullable=False),
    )
    op.create_table(
        "books",
        sa.Column("serial", sa.String, primary_key=True),
        sa.Column("state", sa.String(32), nullable=False, index=True),
        sa.Column("machine_id", sa.String, nullable=False, index=True),
        sa.Column("attempt_id", sa.String, nullable=False),
        sa.Column("document_number", sa.String, nullable=False),
    )
    op.create_table(
        "jobs",
        sa.Column("job_id", sa.String, primary_key=True),
        sa.Column("arrival_number", sa.Integer, nullable=False, unique=True),
        sa.Column("application_id", sa.String, nullable=False),
        sa.Column("document_number", sa.String, nullable=False, index=True),
        sa.Column("priority_class", sa.Integer, nullable=False),
        sa.Column("state", sa.String(32), nullable=False, index=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("change", sa.Integer, nullable=False, unique=True),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("clearance_id", sa.String, nullable=False, unique=True),
        sa.Column("clearance_token", sa.String, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("page_pdf", sa.LargeBinary, nullable=False),
        sa.Column("page_sha256", sa.LargeBinary, nullable=False),
        sa.Column("mrz", sa.String, nullable=False),
    )
    op.create_table(
        "attempts",
        sa.Column("attempt_id", sa.String, primary_key=True),
        sa.Column("job_id", sa.String, sa.ForeignKey("jobs.job_id"), nullable=False, index=True),
        sa.Column("attempt_number", sa.Integer, nullable=False),
        sa.Column("machine_id", sa.String, nullable=False),
        sa.Column("book_serial", sa.String, sa.ForeignKey("books.serial"), nullable=False),
        sa.Column("assigned_at", moment, nullable=False),
        sa.Column("printer_uuid", sa.String, nullable=False),
        sa.Column("up_time", sa.Integer, nullable=False),
        sa.Column("asked_at", moment, nullable=False),
        sa.Column("delivered", sa.Boolean, nullable=False),
        sa.Column("outcome", sa.String(32)),
        sa.Column("reason", sa.String, nullable=False),
        sa.UniqueConstraint("job_id", "attempt_number"),
    )
    op.create_table(
        "job_history",
        sa.Column("job_id", sa.String, sa.ForeignKey("jobs.job_id"), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
    )
