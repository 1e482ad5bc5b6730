"""Let queues be counted by their index alone, and the cases of an office's outage by one."""

from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Make the index of the queues again, with two columns more, and one of the history."""
    op.drop_index("applications_queue", "applications")
    op.create_index(
        "applications_queue",
        "applications",
        ["office", "state", "queue_number", "applied_on", "priority_class"],
    )
    op.create_index("history_left_at_office", "history", ["office", "source", "at"])
