"""Add how many persons the matcher found to adjudication tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; 0 for the tasks of earlier versions, which did not keep the number."""
    op.add_column(
        "adjudication_tasks",
        sa.Column("hits_total", sa.Integer, nullable=False, server_default="0"),
    )
