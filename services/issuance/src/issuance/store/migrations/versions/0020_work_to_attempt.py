"""Keep outbox tasks that are refused for good out of the index by which due ones are found."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"

_ATTEMPTED = sa.text("refused_at IS NULL")


def upgrade() -> None:
    """Put an index over what is attempted in place of the one over all tasks."""
    op.create_index(
        "outbox_to_attempt",
        "outbox",
        ["kind", "office", "queued_from", "queue_number"],
        sqlite_where=_ATTEMPTED,
        postgresql_where=_ATTEMPTED,
    )
    op.drop_index("outbox_order", "outbox")
