"""Add for which merges of persons the matcher is asked again after a restore of its database."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"

_TO_ASK = sa.text("to_ask_again")


def upgrade() -> None:
    """Add the column; tasks that ask again are in the outbox already."""
    to_ask: sa.Column[bool] = sa.Column(
        "to_ask_again", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("person_merges", to_ask)
    op.create_index(
        "person_merges_to_ask_again",
        "person_merges",
        ["number"],
        sqlite_where=_TO_ASK,
        postgresql_where=_TO_ASK,
    )
