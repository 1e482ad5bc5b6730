"""Keep the fingers that come with a call, encrypted, so that its decision can be made again."""

import sqlalchemy as sa
from alembic import op
from servicekit.storage.column_types import UtcDateTime

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the table and its index."""
    op.create_table(
        "supplied_fingers",
        sa.Column("decision_id", sa.String(64), primary_key=True),
        sa.Column("side", sa.String(16), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("template", sa.LargeBinary, nullable=False),
        sa.Column("stored_at", UtcDateTime, nullable=False),
    )
    op.create_index("ix_supplied_fingers_stored_at", "supplied_fingers", ["stored_at"])
