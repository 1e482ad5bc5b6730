"""Who proposed a movement and where books were sent; when jobs ended and were erased."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the columns; a job that is over ended with the last event of its history."""
    moment = sa.DateTime(timezone=True)
    for name in ("destination", "proposed_by"):
        column = sa.Column(name, sa.String, nullable=False, server_default="")
        op.add_column("book_movements", column)
    op.add_column("jobs", sa.Column("ended_at", moment))
    op.add_column("jobs", sa.Column("erased_at", moment))
    op.create_index("jobs_to_be_erased", "jobs", ["erased_at", "ended_at"])
    op.execute(
        "UPDATE jobs SET ended_at = (SELECT max(at) FROM job_history "
        "WHERE job_history.job_id = jobs.job_id) "
        "WHERE state IN ('DONE', 'CANCELLED', 'FAILED')"
    )
