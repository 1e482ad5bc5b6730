"""Add which outbox work administrators have paused."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Add the table; nothing is paused."""
    op.create_table(
        "paused_work",
        sa.Column("kind", sa.String(32), primary_key=True),
        sa.Column("office", sa.String(8), primary_key=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("paused_by", sa.String(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=False),
    )
