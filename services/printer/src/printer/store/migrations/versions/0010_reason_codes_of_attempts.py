"""Why persons ended an attempt, as a code."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the column; attempts that ended before have none."""
    op.add_column("attempts", sa.Column("reason_code", sa.String(32)))
