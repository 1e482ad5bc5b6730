"""Add the table of operations."""

import sqlalchemy as sa
from alembic import op
from servicekit.storage.column_types import UtcDateTime

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the table and its indexes."""
    op.create_table(
        "operations",
        sa.Column("operation_id", sa.String(32), primary_key=True),
        sa.Column("method", sa.String, nullable=False),
        sa.Column("caller", sa.String, nullable=False),
        sa.Column("on_behalf_of", sa.String),
        sa.Column("request", sa.LargeBinary),
        sa.Column("priority", sa.Integer, nullable=False),
        sa.Column("replica", sa.String(32)),
        sa.Column("state", sa.Integer, nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
        sa.Column("not_before", UtcDateTime, nullable=False),
        sa.Column("leased_by", sa.String(32)),
        sa.Column("leased_until", UtcDateTime),
        sa.Column("cancel_requested", sa.Boolean, nullable=False),
        sa.Column("progress", sa.Float, nullable=False),
        sa.Column("waiting_for", sa.String, nullable=False),
        sa.Column("result", sa.LargeBinary),
    )
    op.create_index("ix_operations_since", "operations", ["since"])
    op.create_index("operations_by_turn", "operations", ["state", "priority", "created_at"])
