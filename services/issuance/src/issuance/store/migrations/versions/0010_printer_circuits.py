"""A circuit breaker for each office's printer, and an index of outbox tasks by office."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Add the table, with a closed circuit for each known office."""
    op.create_table(
        "printer_circuits",
        sa.Column("office", sa.String(8), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("probe_at", sa.DateTime(timezone=True)),
    )
    op.execute("INSERT INTO printer_circuits (office, failures) SELECT office, 0 FROM office_plans")
    op.drop_index("outbox_order", "outbox")
    op.create_index("outbox_order", "outbox", ["kind", "office", "queued_from", "queue_number"])
    op.create_index("outbox_leased", "outbox", ["kind", "leased_until"])
