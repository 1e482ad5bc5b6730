"""Add the indexes by which lists of applications are read in order of creation."""

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Create the indexes."""
    table = "applications"
    op.create_index("applications_of_state", table, ["state", "number"])
    op.create_index("applications_of_office", table, ["office", "number"])
    op.create_index("applications_of_office_and_state", table, ["office", "state", "number"])
