"""Add which entries of the travel-ban list hold an application, and which were cleared."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Add the columns; nothing is held."""
    for name in ("travel_ban_hits", "travel_bans_cleared"):
        column = sa.Column(name, sa.JSON, nullable=False, server_default="[]")
        op.add_column("applications", column)
