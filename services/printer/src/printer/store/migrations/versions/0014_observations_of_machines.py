"""What the dispatcher has seen of each machine."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the table, empty: the dispatcher fills it at its first look."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "machine_observations",
        sa.Column("machine_id", sa.String, primary_key=True),
        sa.Column("printer_uuid", sa.String),
        sa.Column("up_time", sa.Integer),
        sa.Column("asked_at", moment),
        sa.Column("answered_at", moment),
        sa.Column("idle", sa.Boolean),
        sa.Column("stopped", sa.Boolean),
        sa.Column("accepting_jobs", sa.Boolean),
        sa.Column("state_reasons", sa.JSON, nullable=False),
        sa.Column("unreachable_since", sa.Float(53)),
        sa.Column("backoff_until", sa.Float(53)),
        sa.Column("failures_in_a_row", sa.Integer, nullable=False),
        sa.Column("job_started", sa.Float(53)),
        sa.Column("seconds_per_book", sa.Float(53), nullable=False),
    )
