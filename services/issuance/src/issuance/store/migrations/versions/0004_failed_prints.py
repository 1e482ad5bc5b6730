"""Add why the print of a case failed for good, and what a correction of its data changed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the columns; they are empty for what happened before."""
    op.add_column("applications", sa.Column("print_failure", sa.JSON))
    op.add_column("history", sa.Column("previous_holder", sa.LargeBinary))
    op.add_column("history", sa.Column("corrected_holder", sa.LargeBinary))
