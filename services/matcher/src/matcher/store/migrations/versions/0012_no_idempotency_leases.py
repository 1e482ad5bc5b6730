"""Which process carries out a request is known by advisory locks, not by rows."""

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Drop the table."""
    op.drop_table("idempotency_leases")
