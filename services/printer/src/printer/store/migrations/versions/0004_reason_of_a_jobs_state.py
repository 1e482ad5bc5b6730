"""Why a job is held, cancelled or failed; a failed job does not keep its document number."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the column; make the unique index anew, without failed jobs."""
    op.add_column("jobs", sa.Column("state_reason", sa.String, nullable=False, server_default=""))
    op.drop_index("one_job_per_document", "jobs")
    takes_document_number = sa.text("state != 'CANCELLED' AND state != 'FAILED'")
    op.create_index(
        "one_job_per_document",
        "jobs",
        ["document_number"],
        unique=True,
        sqlite_where=takes_document_number,
        postgresql_where=takes_document_number,
    )
