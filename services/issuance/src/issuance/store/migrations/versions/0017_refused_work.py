"""Add since when an outbox task is refused for good, so that it is not attempted any more."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the column; nothing is known to be refused."""
    op.add_column("outbox", sa.Column("refused_at", sa.DateTime(timezone=True)))
    op.create_index("outbox_refused", "outbox", ["refused_at"])
