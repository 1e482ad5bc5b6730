"""Events of print jobs that could not be recorded in an application."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the table, empty."""
    op.create_table(
        "unrecorded_print_events",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("office", sa.String(8), nullable=False),
        sa.Column("job", sa.String(64), nullable=False),
        sa.Column("case", sa.String(64), nullable=False, index=True),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("book_serial", sa.String, nullable=False),
        sa.Column("failure", sa.JSON),
        sa.Column("document_number", sa.String, nullable=False),
        sa.Column("problem", sa.String, nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("office", "job"),
    )
