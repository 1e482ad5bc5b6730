"""Maintenance windows of machines, and which of them an event of a machine is about."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the table and the column."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "maintenance_windows",
        sa.Column("window_id", sa.String, primary_key=True),
        sa.Column("machine_id", sa.String, sa.ForeignKey("machines.machine_id"), nullable=False),
        sa.Column("starts_at", moment, nullable=False),
        sa.Column("ends_at", moment, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("scheduled_by", sa.String, nullable=False),
        sa.Column("scheduled_at", moment, nullable=False),
        sa.Column("cancelled_at", moment),
    )
    op.create_index("maintenance_windows_by_end", "maintenance_windows", ["ends_at"])
    op.add_column("machine_history", sa.Column("window_id", sa.String))
