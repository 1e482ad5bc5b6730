"""The index that counts a queue knows emergency documents, which are printed before all others."""

from alembic import op

revision = "0048"
down_revision = "0047"

_COLUMNS = ["office", "state", "queue_number", "applied_on", "priority_class", "emergency_days"]


def upgrade() -> None:
    """Make the index anew, with the days of emergency documents."""
    op.drop_index("applications_queue", table_name="applications")
    op.create_index("applications_queue", "applications", _COLUMNS)
