"""Add the number of UNDECIDED decisions, counting those already recorded."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_UNDECIDED = 3
_PORTION = 1000
"""The decisions of a whole country need not fit in memory."""


def upgrade() -> None:
    """Add the column and fill it."""
    op.add_column(
        "head", sa.Column("undecided_decisions", sa.BigInteger, nullable=False, server_default="0")
    )
    op.get_bind().execute(
        sa.text("UPDATE head SET undecided_decisions = :count"), {"count": _count_undecided()}
    )


def _count_undecided() -> int:
    # Not by a cursor: PostgreSQL keeps it to the end of the transaction, in which later
    # migrations could not alter the table then.
    statement = sa.text(
        "SELECT number, record FROM decisions WHERE number > :last ORDER BY number LIMIT :portion"
    )
    last = count = 0
    while rows := op.get_bind().execute(statement, {"last": last, "portion": _PORTION}).all():
        last = rows[-1].number
        count += sum(json.loads(row.record)["outcome"] == _UNDECIDED for row in rows)
    return count
