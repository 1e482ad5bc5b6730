"""What an outage stops becomes a part of it; for older ones the service records it at its start."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the columns, empty."""
    for table in ("outages", "outage_changes"):
        op.add_column(table, sa.Column("stopped_by_policy", sa.JSON()))
