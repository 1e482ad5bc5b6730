"""Revisions of outages, who changed what of them, and overrides of automatic ones."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

_FIRST_CHANGES = """
    INSERT INTO outage_changes (outage, revision, by, at, cause, began, ended, expected_end)
    SELECT id, 1, CASE WHEN declared_by = '' THEN 'service:issuance' ELSE declared_by END,
        COALESCE(ended, began), cause, began, ended, expected_end
    FROM outages
"""


def upgrade() -> None:
    """Add the columns and the table; what earlier versions recorded becomes the first change."""
    moment = sa.DateTime(timezone=True)
    op.add_column(
        "outages", sa.Column("revision", sa.Integer(), nullable=False, server_default="1")
    )
    op.add_column(
        "outages",
        sa.Column("overridden", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index("ix_outages_overridden", "outages", ["overridden"])
    op.create_table(
        "outage_changes",
        sa.Column("outage", sa.String(64), sa.ForeignKey("outages.id"), primary_key=True),
        sa.Column("revision", sa.Integer(), primary_key=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("began", moment, nullable=False),
        sa.Column("ended", moment),
        sa.Column("expected_end", moment),
    )
    op.execute(_FIRST_CHANGES)
