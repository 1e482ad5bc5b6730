"""Which process carries out a request is known by advisory locks, not by rows."""

from alembic import op

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Drop the table."""
    op.drop_table("idempotency_leases")
