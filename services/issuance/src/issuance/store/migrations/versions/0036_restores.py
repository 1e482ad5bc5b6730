"""Add when the database was restored together with the printer of an office."""

import sqlalchemy as sa
from alembic import op

revision = "0036"
down_revision = "0035"


def upgrade() -> None:
    """Add the table; nothing was restored."""
    op.create_table(
        "restores",
        sa.Column("office", sa.String(8), primary_key=True),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=False),
    )
