"""Restores of the database, what was found after them, and how they are noticed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add the tables, and the identity of the server to the epoch of dispatch."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "restores",
        sa.Column("restore_id", sa.Integer, primary_key=True),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("noticed_at", moment, nullable=False),
        sa.Column("noticed_by", sa.String, nullable=False),
        sa.Column("released_at", moment),
        sa.Column("released_by", sa.String),
        sa.Column("explanation", sa.String),
    )
    op.create_table(
        "restore_findings",
        sa.Column("finding_id", sa.Integer, primary_key=True),
        sa.Column(
            "restore_id",
            sa.Integer,
            sa.ForeignKey("restores.restore_id"),
            nullable=False,
            index=True,
        ),
        sa.Column("machine_id", sa.String, nullable=False),
        sa.Column("attempt_id", sa.String, nullable=False),
        sa.Column("book_serial", sa.String, nullable=False),
        sa.Column("document_number", sa.String, nullable=False),
        sa.Column("description", sa.String, nullable=False),
    )
    op.add_column(
        "dispatch", sa.Column("server_identity", sa.String, nullable=False, server_default="")
    )
