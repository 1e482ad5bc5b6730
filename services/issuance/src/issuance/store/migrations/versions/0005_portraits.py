"""Portraits of applicants, and when they were accepted."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the table and the column; earlier applications have no portrait."""
    op.create_table(
        "portraits",
        sa.Column("case", sa.String(64), sa.ForeignKey("applications.id"), primary_key=True),
        sa.Column("jpeg", sa.LargeBinary(), nullable=False),
    )
    op.add_column("applications", sa.Column("portrait_accepted_at", sa.DateTime(timezone=True)))
