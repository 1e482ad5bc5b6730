"""Add the keys that biometric data are encrypted with; `matcher migrate` then encrypts the data."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the table, and the name of the master key."""
    op.create_table(
        "encounter_keys",
        sa.Column(
            "encounter_id",
            sa.String(64),
            sa.ForeignKey("encounters.encounter_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=False),
    )
    op.add_column(
        "head", sa.Column("master_key_id", sa.String(16), nullable=False, server_default="")
    )
