"""One job a document, unless it was cancelled."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the database keep to it; fails where two jobs for one document are in it already."""
    op.drop_index("ix_jobs_document_number", "jobs")
    alive = sa.text("state != 'CANCELLED'")
    op.create_index(
        "one_job_a_document",
        "jobs",
        ["document_number"],
        unique=True,
        sqlite_where=alive,
        postgresql_where=alive,
    )
