"""Read settled items in their order, and searches that are to be erased, by indexes."""

from alembic import op

revision = "0042"
down_revision = "0041"


def upgrade() -> None:
    """Add the indexes."""
    op.create_index("resolved_items_since", "resolved_items", ["since"])
    op.create_index("resolved_items_of_office", "resolved_items", ["office", "since"])
    op.create_index("searches_at", "searches", ["at"])
