"""At most one job for each document number, cancelled jobs not counted."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the unique index; fail if two jobs for one document number exist already."""
    op.drop_index("ix_jobs_document_number", "jobs")
    not_cancelled = sa.text("state != 'CANCELLED'")
    op.create_index(
        "one_job_per_document",
        "jobs",
        ["document_number"],
        unique=True,
        sqlite_where=not_cancelled,
        postgresql_where=not_cancelled,
    )
