"""Mark the outages that were so short that no plan needs them any more."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

_LONGEST_CAUGHT_UP = timedelta(hours=2)


def upgrade() -> None:
    """Add the column, and look at each outage that is over."""
    op.add_column(
        "outages",
        sa.Column("may_cost_printing_days", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    outages = sa.table(
        "outages",
        sa.column("number", sa.Integer),
        sa.column("began", sa.DateTime(timezone=True)),
        sa.column("ended", sa.DateTime(timezone=True)),
        sa.column("may_cost_printing_days", sa.Boolean),
    )
    c = outages.c
    rows = op.get_bind().execute(sa.select(c.number, c.began, c.ended).where(c.ended.is_not(None)))
    short = [row.number for row in rows if row.ended - row.began <= _LONGEST_CAUGHT_UP]
    for number in short:
        op.execute(
            sa.update(outages).where(c.number == number).values(may_cost_printing_days=False)
        )
