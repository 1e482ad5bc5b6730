"""Say which bundle of models serves, and which is being prepared."""

import sqlalchemy as sa
from alembic import op
from servicekit.storage.column_types import UtcDateTime

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the tables: empty, so that the packaged bundle serves."""
    op.create_table(
        "model_bundles",
        sa.Column("name", sa.String(64), primary_key=True),
        sa.Column("versions", sa.String, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("operation_id", sa.String(32), nullable=False),
        sa.Column("since", UtcDateTime, nullable=False),
    )
    op.create_table(
        "bundle_reports",
        sa.Column("replica", sa.String(32), primary_key=True),
        sa.Column("bundle", sa.String(64), nullable=False),
        sa.Column("share", sa.Float, nullable=False),
        sa.Column("is_ready", sa.Boolean, nullable=False),
        sa.Column("problem", sa.String, nullable=False),
        sa.Column("is_rejected", sa.Boolean, nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
    )
