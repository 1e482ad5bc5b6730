"""Add time, office and outcome of decisions, to list them by, filled from those recorded."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_PORTION = 1000
"""The decisions of a whole country need not fit in memory."""


def upgrade() -> None:
    """Add the columns, fill them from the records, and index them."""
    with op.batch_alter_table("decisions") as table:
        table.add_column(sa.Column("decided_at", sa.DateTime(timezone=True)))
        table.add_column(
            sa.Column("office_id", sa.String(64), nullable=False, server_default="national")
        )
        table.add_column(sa.Column("outcome", sa.Integer))
    last = 0
    while rows := _following(last):
        last = rows[-1].number
        op.get_bind().execute(_UPDATE, [_values(row.number, row.record) for row in rows])
    with op.batch_alter_table("decisions") as table:
        table.alter_column("decided_at", nullable=False)
        table.alter_column("outcome", nullable=False)
        table.alter_column("office_id", server_default=None)
    op.create_index("decisions_by_time", "decisions", ["decided_at", "number"])
    op.create_index(
        "decisions_by_office_and_time", "decisions", ["office_id", "decided_at", "number"]
    )


_decisions = sa.table(
    "decisions",
    sa.column("number", sa.BigInteger),
    sa.column("record", sa.LargeBinary),
    sa.column("decided_at", sa.DateTime(timezone=True)),
    sa.column("outcome", sa.Integer),
)
_UPDATE = (
    sa.update(_decisions)
    .where(_decisions.c.number == sa.bindparam("of_number"))
    .values(decided_at=sa.bindparam("at"), outcome=sa.bindparam("with_outcome"))
)


def _following(number: int) -> Sequence[Any]:
    statement = (
        sa.select(_decisions.c.number, _decisions.c.record)
        .where(_decisions.c.number > number)
        .order_by(_decisions.c.number)
        .limit(_PORTION)
    )
    return op.get_bind().execute(statement).all()


def _values(number: int, record: bytes) -> dict[str, object]:
    decision = json.loads(record)
    decided_at = datetime.fromisoformat(decision["decided_at"])
    return {"of_number": number, "at": decided_at, "with_outcome": decision["outcome"]}
