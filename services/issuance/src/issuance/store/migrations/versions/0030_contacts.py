"""Add how applicants are notified outside the office, and what became of each notice."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Add the columns: nobody has given a contact, and offices told all notices in person."""
    for name, length in (("email", 254), ("phone", 16), ("language", 2)):
        op.add_column(
            "applications", sa.Column(name, sa.String(length), nullable=False, server_default="")
        )
    has_contact = sa.text("(email <> '' OR phone <> '')")
    op.create_index(
        "applications_with_contact",
        "applications",
        ["state_since"],
        sqlite_where=has_contact,
        postgresql_where=has_contact,
    )
    op.add_column(
        "notices",
        sa.Column("delivery", sa.String(32), nullable=False, server_default="in_person"),
    )
    op.add_column("notices", sa.Column("delivered_at", sa.DateTime(timezone=True)))
    op.add_column(
        "notices", sa.Column("delivery_problem", sa.String(), nullable=False, server_default="")
    )
    refused = sa.text("delivery = 'refused'")
    op.create_index(
        "notices_refused",
        "notices",
        ["office", "number"],
        sqlite_where=refused,
        postgresql_where=refused,
    )
