"""When a job that machines did not take is tried again."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the columns: no job backs off yet."""
    failures = sa.Column("failures_in_a_row", sa.Integer, nullable=False, server_default="0")
    op.add_column("jobs", failures)
    op.add_column("jobs", sa.Column("not_before", sa.DateTime(timezone=True)))
