"""Add the applicant's number in the civil register, and what a correction made of it."""

import sqlalchemy as sa
from alembic import op

revision = "0057"
down_revision = "0056"


def upgrade() -> None:
    """Add the columns: nobody has given a number."""
    for table, name in (
        ("applications", "identity_number"),
        ("history", "previous_identity_number"),
        ("history", "corrected_identity_number"),
    ):
        column = sa.Column(name, sa.String(20), nullable=False, server_default="")
        op.add_column(table, column)
