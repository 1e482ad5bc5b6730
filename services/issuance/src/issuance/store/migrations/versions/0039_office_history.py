"""Add who changed the offices and their calendars, which nothing recorded so far."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"


def upgrade() -> None:
    """Add the table, empty: what was changed before is not known."""
    op.create_table(
        "office_history",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("office", sa.String(8), nullable=False),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("changes", sa.JSON, nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("on_behalf_of", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.Date),
    )
    op.create_index("office_history_of_office", "office_history", ["office", "number"])
