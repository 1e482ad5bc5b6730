"""Add the index by which the applications of a person are read."""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Create the index."""
    op.create_index("applications_of_person", "applications", ["person_id", "number"])
