"""Keep which keys were trusted, and who decided it."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Take what is known of each key as its only event."""
    events = op.create_table(
        "trusted_key_events",
        sa.Column("event_number", sa.Integer, primary_key=True),
        sa.Column("kid", sa.String, nullable=False),
        sa.Column("public_key_pem", sa.String, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String, nullable=False),
        sa.Column("proposed_by", sa.String, nullable=False),
        sa.Column("reason", sa.String, nullable=False),
    )
    put = sa.table(
        "trusted_keys", *(sa.column(name) for name in ("kid", "public_key_pem", "put_at", "put_by"))
    )
    nothing = sa.literal("")
    known = sa.select(
        put.c.kid, put.c.public_key_pem, put.c.put_at, put.c.put_by, nothing, nothing
    ).order_by(put.c.put_at)
    columns = ["kid", "public_key_pem", "at", "who", "proposed_by", "reason"]
    op.execute(events.insert().from_select(columns, known))
    op.drop_table("trusted_keys")
