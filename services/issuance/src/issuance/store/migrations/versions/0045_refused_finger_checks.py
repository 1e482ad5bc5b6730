"""Add by which request fingers were compared that differ, so that it is refused alike again."""

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"


def upgrade() -> None:
    """Add the column; of earlier checks the request is not on record."""
    request: sa.Column[str] = sa.Column(
        "finger_check_request", sa.String(64), nullable=False, server_default=""
    )
    op.add_column("history", request)
