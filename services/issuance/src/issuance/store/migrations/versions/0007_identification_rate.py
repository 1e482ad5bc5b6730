"""Add the rate of identifications, and order outbox tasks so that they age."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op
from servicekit.storage.column_types import UtcDateTime

revision = "0007"
down_revision = "0006"

_HEAD_START = {0: timedelta(days=60), 1: timedelta(days=7)}
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_TIMES = ("counted_at", "grown_at", "cut_at", "canary_until", "paused_until")
_NUMBERS = ("per_second", "granted", "allowance", "bad_share")


def upgrade() -> None:
    """Make the table with its row; order the tasks that wait."""
    rate = op.create_table(
        "identification_rate",
        sa.Column("name", sa.String(32), primary_key=True),
        *(sa.Column(name, sa.Float, nullable=False) for name in _NUMBERS),
        *(sa.Column(name, UtcDateTime, nullable=False) for name in _TIMES),
        sa.Column("failures", sa.Integer, nullable=False),
    )
    row = dict.fromkeys(_NUMBERS, 0.0) | dict.fromkeys(_TIMES, _BEGINNING)
    op.bulk_insert(rate, [{"name": "matcher", "failures": 0, **row}])
    _order_outbox()


def _order_outbox() -> None:
    op.drop_index("outbox_order", table_name="outbox")
    # Filled in below; the default is for those that an older replica records meanwhile.
    earliest = "2000-01-01 00:00:00.000000"
    op.add_column(
        "outbox", sa.Column("queued_from", UtcDateTime, nullable=False, server_default=earliest)
    )
    outbox = sa.table(
        "outbox",
        sa.column("id"),
        sa.column("priority_class"),
        sa.column("created_at", UtcDateTime),
        sa.column("queued_from", UtcDateTime),
    )
    connection = op.get_bind()
    waiting = connection.execute(sa.select(outbox)).all()
    if waiting:
        connection.execute(
            sa.update(outbox)
            .where(outbox.c.id == sa.bindparam("task"))
            .values(queued_from=sa.bindparam("at", type_=UtcDateTime)),
            [
                {
                    "task": row.id,
                    "at": row.created_at - _HEAD_START.get(row.priority_class, timedelta()),
                }
                for row in waiting
            ],
        )
    op.create_index("outbox_order", "outbox", ["kind", "queued_from", "queue_number"])
