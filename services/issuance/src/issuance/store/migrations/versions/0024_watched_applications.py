"""Number the changes of applications, so that they can be watched."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Add the numbers: those of the applications until they change again."""
    op.add_column("applications", sa.Column("change", sa.BigInteger()))
    op.execute(sa.text("UPDATE applications SET change = number"))
    op.create_index("applications_changed", "applications", ["change"])
    op.create_index("applications_of_office_changed", "applications", ["office", "change"])
    unnumbered = sa.text("change IS NULL")
    op.create_index(
        "applications_unnumbered",
        "applications",
        ["number"],
        sqlite_where=unnumbered,
        postgresql_where=unnumbered,
    )
    op.execute(
        sa.text(
            "INSERT INTO counters (name, value)"
            " SELECT 'application_change', coalesce(max(number), 0) FROM applications"
        )
    )
    op.create_table(
        "change_marks",
        sa.Column("number", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("mark", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_change_marks_at", "change_marks", ["at"])
