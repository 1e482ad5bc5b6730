"""Add until when the law wants a passport made."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"


def upgrade() -> None:
    """Add the day; applications that were interviewed before have none."""
    op.add_column("applications", sa.Column("legal_due_on", sa.Date()))
