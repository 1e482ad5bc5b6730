"""Add which merges of persons are done at the matcher, also those by which nothing was moved."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"

_MERGES = sa.table(
    "person_merges",
    *(sa.column(name) for name in ("id", "case", "made", "matcher_merge")),
)
_OUTBOX = sa.table("outbox", sa.column("case"), sa.column("kind"), sa.column("payload"))


def upgrade() -> None:
    """Add the column; what has no id there and no task any more moved nothing.

    Or it was settled by a person, as one that stands or need not be made.
    """
    made: sa.Column[bool] = sa.Column(
        "made", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    op.add_column("person_merges", made)
    connection, c, of = op.get_bind(), _MERGES.c, _OUTBOX.c
    tasks = connection.execute(sa.select(of.payload).where(of.kind == "merge_persons"))
    asked = {id for (payload,) in tasks for id in json.loads(bytes(payload))}
    done = (c.matcher_merge != "") | c.id.not_in(asked)
    connection.execute(sa.update(_MERGES).where(done).values(made=True))
