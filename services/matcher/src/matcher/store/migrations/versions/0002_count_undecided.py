"""Add the number of UNDECIDED decisions, counting those already recorded."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_UNDECIDED = 3


def upgrade() -> None:
    """Add the column and fill it."""
    op.add_column(
        "head", sa.Column("undecided_decisions", sa.BigInteger, nullable=False, server_default="0")
    )
    # In portions: the decisions of a whole country need not fit in memory.
    records = op.get_bind().scalars(
        sa.text("SELECT record FROM decisions"), execution_options={"yield_per": 1000}
    )
    count = sum(json.loads(record)["outcome"] == _UNDECIDED for record in records)
    op.get_bind().execute(sa.text("UPDATE head SET undecided_decisions = :count"), {"count": count})
