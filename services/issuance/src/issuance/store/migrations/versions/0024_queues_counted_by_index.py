"""Let the index of the queues have all that has to be known of a queue to promise a date."""

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Make the index again, with two columns more."""
    op.drop_index("applications_queue", "applications")
    op.create_index(
        "applications_queue",
        "applications",
        ["office", "state", "queue_number", "applied_on", "priority_class"],
    )
