"""Add offices and their special days, which were in the settings only."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Add the tables, empty: the next start fills them from the settings."""
    op.create_table(
        "offices",
        sa.Column("id", sa.String(8), primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("timezone", sa.String, nullable=False),
        sa.Column("opens", sa.Time, nullable=False),
        sa.Column("closes", sa.Time, nullable=False),
        sa.Column("collection_from", sa.Time, nullable=False),
        sa.Column("promise_working_days", sa.Integer, nullable=False),
        sa.Column("printer", sa.String, nullable=False),
        sa.Column("languages", sa.JSON, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "special_days",
        sa.Column("office", sa.String(8), primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("declared_by", sa.String, nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
    )
    counters = sa.table("counters", sa.column("name", sa.String), sa.column("value", sa.Integer))
    op.bulk_insert(counters, [{"name": "office_changes", "value": 0}])
