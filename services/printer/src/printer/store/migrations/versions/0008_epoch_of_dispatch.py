"""The epoch of dispatch, raised by each process that becomes the dispatcher."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table and its only row."""
    dispatch = op.create_table(
        "dispatch",
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("requests", sa.Integer, nullable=False),
        sa.Column("longest_request_seconds", sa.Float, nullable=False),
    )
    op.bulk_insert(dispatch, [{"epoch": 0, "requests": 0, "longest_request_seconds": 0.0}])
