"""Add merges of persons; those whom examiners linked before stay as they are."""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "person_merges",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("from_person", sa.String(64), nullable=False, index=True),
        sa.Column("into_person", sa.String(64), nullable=False, index=True),
        sa.Column(
            "case", sa.String(64), sa.ForeignKey("applications.id"), nullable=False, index=True
        ),
        sa.Column("office", sa.String(8), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("superseded_document", sa.String(9), nullable=False),
        sa.Column("book_settled", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("matcher_merge", sa.String(64), nullable=False, server_default=""),
    )
    books = sa.text("superseded_document != '' AND NOT book_settled")
    op.create_index(
        "person_merges_books", "person_merges", ["number"],
        sqlite_where=books, postgresql_where=books,
    )  # fmt: skip
