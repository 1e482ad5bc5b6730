"""Dates promised while nobody knows when an outage ends, and when a change was last notified."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_LAST_NOTIFIED = """
    UPDATE applications SET change_notified_at = (
        SELECT max(notices.at) FROM notices
        WHERE notices."case" = applications.id AND notices.kind IN ('date_changed', 'delayed')
    )
    WHERE state IN ('identifying', 'adjudication', 'awaiting_approval', 'approved', 'printing',
        'print_failed')
"""


def upgrade() -> None:
    """Add the columns; dates promised before are firm."""
    for table, column in (
        ("applications", "date_tentative"),
        ("notices", "as_if_outage_ended_now"),
    ):
        no: sa.Column[bool] = sa.Column(
            column, sa.Boolean(), nullable=False, server_default=sa.false()
        )
        op.add_column(table, no)
    op.add_column("applications", sa.Column("change_notified_at", sa.DateTime(timezone=True)))
    op.execute(_LAST_NOTIFIED)
