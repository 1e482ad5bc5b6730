"""The digest of what a job's page was made from, and its day of issue, beside the page."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Add the columns; of earlier jobs nobody tells what their pages show."""
    op.add_column("jobs", sa.Column("payload_sha256", sa.LargeBinary))
    op.add_column("jobs", sa.Column("issued_on", sa.Date))
