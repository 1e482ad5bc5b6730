"""Sample prints of machines."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the table, empty."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "samples",
        sa.Column("sample_id", sa.String, primary_key=True),
        sa.Column("machine_id", sa.String, sa.ForeignKey("machines.machine_id"), nullable=False),
        sa.Column("book_serial", sa.String, sa.ForeignKey("books.serial"), nullable=False),
        sa.Column("requested_at", moment, nullable=False),
        sa.Column("requested_by", sa.String, nullable=False),
        sa.Column("sent_at", moment),
        sa.Column("outcome", sa.String(32)),
    )
    is_open = sa.text("outcome IS NULL")
    op.create_index(
        "one_sample_per_machine",
        "samples",
        ["machine_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
