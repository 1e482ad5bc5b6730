"""Add what undoes a merge of persons: which applications it moved, who proposed and who did it."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"

_MERGES = sa.table(
    "person_merges",
    sa.column("number", sa.Integer()),
    sa.column("from_person", sa.String()),
    sa.column("into_person", sa.String()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("cases_moved", sa.JSON()),
)
_HISTORY = sa.table(
    "history",
    sa.column("case", sa.String()),
    sa.column("event", sa.String()),
    sa.column("at", sa.DateTime(timezone=True)),
    sa.column("reason", sa.String()),
)


def upgrade() -> None:
    """Add the columns; which applications earlier merges moved is in the history."""
    moved: sa.Column[str] = sa.Column("cases_moved", sa.JSON(), nullable=False, server_default="[]")
    proposal: sa.Column[str] = sa.Column("undo_proposal", sa.JSON(none_as_null=True))
    undone_at: sa.Column[datetime] = sa.Column("undone_at", sa.DateTime(timezone=True))
    undone_by: sa.Column[str] = sa.Column(
        "undone_by", sa.String(), nullable=False, server_default=""
    )
    for column in (moved, proposal, undone_at, undone_by):
        op.add_column("person_merges", column)
    connection, c, h = op.get_bind(), _MERGES.c, _HISTORY.c
    for merge in connection.execute(sa.select(c.number, c.from_person, c.into_person, c.at)).all():
        begins = f"{merge.from_person} is {merge.into_person}: "
        of_merge = sa.select(h.case, h.reason).where(h.event == "merge_person", h.at == merge.at)
        cases = [row.case for row in connection.execute(of_merge) if row.reason.startswith(begins)]
        filled = sa.update(_MERGES).where(c.number == merge.number).values(cases_moved=cases)
        connection.execute(filled)
