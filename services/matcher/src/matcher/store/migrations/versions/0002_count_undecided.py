"""Count the decisions that were UNDECIDED, those already recorded too."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_UNDECIDED = 3


def upgrade() -> None:
    """Add the count."""
    op.add_column("head", sa.Column("undecided", sa.BigInteger, nullable=False, server_default="0"))
    # Bit by bit: the chain of a whole country need not fit in memory.
    records = op.get_bind().scalars(
        sa.text("SELECT record FROM decisions"), execution_options={"yield_per": 1000}
    )
    count = sum(json.loads(record)["outcome"] == _UNDECIDED for record in records)
    op.get_bind().execute(sa.text("UPDATE head SET undecided = :count"), {"count": count})
