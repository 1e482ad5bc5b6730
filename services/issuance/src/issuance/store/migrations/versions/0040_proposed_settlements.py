"""Let two persons settle a print job that fits no application."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"


def upgrade() -> None:
    """Add what the first one proposed; what was settled before took one person."""
    op.add_column("unrecorded_print_events", sa.Column("proposal", sa.JSON(none_as_null=True)))
    proposed_by = sa.Column("proposed_by", sa.String, nullable=False, server_default="")
    op.add_column("resolved_items", proposed_by)
