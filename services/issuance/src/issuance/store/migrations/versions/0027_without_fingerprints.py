"""Add which applications have no fingerprints, and when bandaged fingers have healed."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Add the columns and an index of the few; every earlier application has fingerprints."""
    without: sa.Column[bool] = sa.Column(
        "without_fingerprints", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("applications", without)
    op.add_column("applications", sa.Column("come_back_on", sa.Date()))
    op.create_index(
        "applications_without_fingerprints",
        "applications",
        ["office"],
        sqlite_where=sa.text("without_fingerprints"),
        postgresql_where=sa.text("without_fingerprints"),
    )
