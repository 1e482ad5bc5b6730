"""Add for which person a service caused an event."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column; it is empty for what happened before."""
    op.add_column(
        "history", sa.Column("on_behalf_of", sa.String, nullable=False, server_default="")
    )
