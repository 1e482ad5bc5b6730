"""Counts of the stock, and the differences found by them."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the tables, empty: nothing was counted yet."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "stock_counts",
        sa.Column("count_id", sa.Integer, primary_key=True),
        sa.Column("machine_id", sa.String, nullable=False),
        sa.Column("counted_at", moment, nullable=False),
        sa.Column("counted_by", sa.String, nullable=False),
        sa.Column("books_recorded", sa.Integer, nullable=False),
        sa.Column("found", sa.JSON, nullable=False),
    )
    op.create_table(
        "open_items",
        sa.Column("item_id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("machine_id", sa.String, nullable=False),
        sa.Column("first_serial", sa.String, nullable=False),
        sa.Column("book_count", sa.Integer, nullable=False),
        sa.Column("found_at", moment, nullable=False),
        sa.Column("found_by", sa.String, nullable=False),
        sa.Column("resolved_at", moment),
        sa.Column("resolved_by", sa.String),
        sa.Column("reason", sa.String(32)),
        sa.Column("explanation", sa.String, nullable=False),
    )
    is_open = sa.text("resolved_at IS NULL")
    op.create_index(
        "one_open_item_per_range",
        "open_items",
        ["machine_id", "kind", "first_serial"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
