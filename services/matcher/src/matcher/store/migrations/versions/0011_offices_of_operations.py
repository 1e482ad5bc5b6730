"""Keep the office for which an operation was started: of the person acted for, else of the caller.

An identity is ``spiffe://<country>/office/<OFFICE>/...``.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

_operations = sa.table(
    "operations",
    sa.column("operation_id", sa.String),
    sa.column("caller", sa.String),
    sa.column("on_behalf_of", sa.String),
    sa.column("office_id", sa.String),
)
_OFFICE_PART = 4


def upgrade() -> None:
    """Add the column, fill it from the identities, and index it."""
    with op.batch_alter_table("operations") as table:
        table.add_column(
            sa.Column("office_id", sa.String(64), nullable=False, server_default="national")
        )
    rows = op.get_bind().execute(
        sa.select(_operations.c.operation_id, _operations.c.caller, _operations.c.on_behalf_of)
    )
    for row in rows.all():
        op.get_bind().execute(
            sa.update(_operations)
            .where(_operations.c.operation_id == row.operation_id)
            .values(office_id=(row.on_behalf_of or row.caller).split("/")[_OFFICE_PART])
        )
    with op.batch_alter_table("operations") as table:
        table.alter_column("office_id", server_default=None)
    op.create_index("ix_operations_office_id", "operations", ["office_id"])
