"""The digest of the files on a passport's chip, with its job."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Add the column; earlier jobs have books without a chip."""
    op.add_column("jobs", sa.Column("chip_sha256", sa.LargeBinary))
