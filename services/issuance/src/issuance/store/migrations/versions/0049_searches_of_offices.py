"""Searches tell the office of who searched, by which they are listed."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"


def upgrade() -> None:
    """Add the office, of earlier searches as their identities tell."""
    op.add_column("searches", sa.Column("office", sa.String(8), nullable=False, server_default=""))
    op.create_index("searches_of_office", "searches", ["office", "number"])
    searches = sa.table("searches", sa.column("by"), sa.column("office"))
    connection = op.get_bind()
    for by in list(connection.scalars(sa.select(searches.c.by).distinct())):
        office = by.partition("/office/")[2].partition("/")[0]
        update = sa.update(searches).where(searches.c.by == by)
        connection.execute(update.values(office=office))
