"""Add the index by which applications are found that examiners linked with another person."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Create the index."""
    where = sa.text("state = 'linked'")
    op.create_index(
        "adjudication_tasks_linked",
        "adjudication_tasks",
        ["person_id"],
        sqlite_where=where,
        postgresql_where=where,
    )
