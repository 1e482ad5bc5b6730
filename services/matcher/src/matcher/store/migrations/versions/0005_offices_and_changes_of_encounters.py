"""Add the office of each encounter, the history of changes of status, and merges of persons."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add columns and tables; the office of encounters from before is ``national``."""
    office = sa.Column("office_id", sa.String(64), nullable=False, server_default="national")
    op.add_column("encounters", office)
    op.create_index("ix_encounters_office_id", "encounters", ["office_id"])
    fingers = sa.Column("fingers_change", sa.BigInteger, nullable=False, server_default="0")
    op.add_column("encounters", fingers)
    op.execute("UPDATE encounters SET fingers_change = added_by_change")
    op.create_table(
        "status_changes",
        sa.Column("change", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("encounter_id", sa.String(64), nullable=False, index=True),
        sa.Column("from_status", sa.Integer, nullable=False),
        sa.Column("to_status", sa.Integer, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
        sa.Column("caller", sa.String, nullable=False),
        sa.Column("on_behalf_of", sa.String),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "merges",
        sa.Column("merge_id", sa.String(64), primary_key=True),
        sa.Column("from_person_id", sa.String(64), nullable=False),
        sa.Column("into_person_id", sa.String(64), nullable=False),
        sa.Column("office_id", sa.String(64)),
        sa.Column("caller", sa.String, nullable=False),
        sa.Column("on_behalf_of", sa.String),
        sa.Column("merged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True)),
    )
    op.create_table(
        "merged_encounters",
        sa.Column("merge_id", sa.String(64), sa.ForeignKey("merges.merge_id"), primary_key=True),
        sa.Column("encounter_id", sa.String(64), primary_key=True),
    )
