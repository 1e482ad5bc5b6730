"""Merges that one examiner proposed to undo are listed by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0053"

_IS_PROPOSED = sa.text("undo_proposal IS NOT NULL AND undone_at IS NULL")


def upgrade() -> None:
    """Make the index."""
    op.create_index(
        "person_merges_proposed_to_be_undone",
        "person_merges",
        ["number"],
        sqlite_where=_IS_PROPOSED,
        postgresql_where=_IS_PROPOSED,
    )
