"""Add who may collect a passport in place of its holder, and until when it is kept."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"


def upgrade() -> None:
    """Add the columns: nobody was appointed, nobody reminded."""
    op.add_column("applications", sa.Column("proxy", sa.JSON()))
    op.add_column("applications", sa.Column("collect_until", sa.Date()))
    op.add_column("history", sa.Column("collected_by", sa.String(32)))
    op.drop_index("applications_with_contact", "applications")
    to_be_erased = sa.text("(email <> '' OR phone <> '' OR proxy IS NOT NULL)")
    op.create_index(
        "applications_to_be_erased",
        "applications",
        ["state_since"],
        sqlite_where=to_be_erased,
        postgresql_where=to_be_erased,
    )
