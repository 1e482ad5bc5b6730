"""Add which applications have no fingerprints, and when bandaged fingers have healed."""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"


def upgrade() -> None:
    """Add the columns and their index; every earlier application has fingerprints."""
    without: sa.Column[bool] = sa.Column(
        "without_fingerprints", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("applications", without)
    op.add_column("applications", sa.Column("come_back_on", sa.Date()))
    op.create_index(
        "applications_without_fingerprints",
        "applications",
        ["without_fingerprints", "office"],
    )
