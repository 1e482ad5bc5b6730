"""Proposals that a second person has to confirm."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table of proposals, empty."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "proposals",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("book_serial", sa.String, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("explanation", sa.String, nullable=False),
        sa.Column("proposed_by", sa.String, nullable=False),
        sa.Column("proposed_at", moment, nullable=False),
        sa.Column("outcome", sa.String(32)),
        sa.Column("ended_by", sa.String),
        sa.Column("ended_at", moment),
    )
    is_open = sa.text("outcome IS NULL")
    op.create_index(
        "one_open_proposal",
        "proposals",
        ["subject"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
