"""Add the galleries that encounters belong to."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the table; no encounter belongs to a gallery yet."""
    op.create_table(
        "encounter_galleries",
        sa.Column(
            "encounter_id",
            sa.String(64),
            sa.ForeignKey("encounters.encounter_id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("gallery", sa.String(64), primary_key=True, index=True),
    )
