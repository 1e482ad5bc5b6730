"""Add of which applications emergency documents are made, and who approved these first."""

import sqlalchemy as sa
from alembic import op

revision = "0044"
down_revision = "0043"

_UNIDENTIFIED = sa.text("state = 'handed_over' AND identification_due")


def upgrade() -> None:
    """Add the columns; earlier versions made no emergency document."""
    op.add_column("applications", sa.Column("emergency_days", sa.Integer()))
    first = sa.Column("first_approved_by", sa.String(), nullable=False, server_default="")
    op.add_column("applications", first)
    op.create_index(
        "applications_of_unidentified_holders",
        "applications",
        ["state_since", "office"],
        sqlite_where=_UNIDENTIFIED,
        postgresql_where=_UNIDENTIFIED,
    )
