"""Searches tell the office of who searched, and are listed by indexes."""

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"

_AT_A_TIME = 1000
_SEARCHES = sa.table("searches", sa.column("number"), sa.column("by"), sa.column("office"))
_c = _SEARCHES.c


def upgrade() -> None:
    """Add the office, of earlier searches as their identities tell, and then the indexes."""
    op.add_column("searches", sa.Column("office", sa.String(), nullable=False, server_default=""))
    _fill_office()
    op.drop_index("searches_at", "searches")
    op.create_index("searches_at", "searches", ["at", "number"])
    op.create_index("searches_of_office", "searches", ["office", "at", "number"])
    op.create_index("searches_by", "searches", ["by", "at"])
    op.create_index("searches_on_behalf_of", "searches", ["on_behalf_of", "at"])


def _fill_office() -> None:
    """Read all searches once, some at a time by their numbers."""
    connection, last = op.get_bind(), 0
    statement = sa.select(_c.number, _c.by).order_by(_c.number).limit(_AT_A_TIME)
    update = (
        sa.update(_SEARCHES)
        .where(_c.number == sa.bindparam("of"))
        .values(office=sa.bindparam("told"))
    )
    while rows := connection.execute(statement.where(_c.number > last)).all():
        told = [{"of": row.number, "told": _office(row.by)} for row in rows]
        connection.execute(update, told)
        last = rows[-1].number


def _office(identity: str) -> str:
    return identity.partition("/office/")[2].partition("/")[0]
