"""Find the attempts of a time."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the index by which throughput is measured."""
    op.create_index("attempts_by_assignment", "attempts", ["assigned_at"])
