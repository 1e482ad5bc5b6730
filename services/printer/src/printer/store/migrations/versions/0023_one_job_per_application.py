"""At most one job for each application, those that ended without a book not counted."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

_REMEDY = 'see docs/printer.md, "Rows that contradict each other"; nothing was changed'


def upgrade() -> None:
    """Add the unique index; raise ValueError that names the applications that contradict it."""
    makes_passport = sa.text("state != 'CANCELLED' AND state != 'FAILED'")
    application: sa.ColumnClause[str] = sa.column("application_id")
    several = (
        sa.select(application)
        .select_from(sa.table("jobs"))
        .where(makes_passport)
        .group_by(application)
        .having(sa.func.count() > 1)
        .order_by(application)
    )
    if found := list(op.get_bind().scalars(several)):
        raise ValueError(f"there are applications with several jobs: {', '.join(found)}; {_REMEDY}")
    op.create_index(
        "one_job_per_application",
        "jobs",
        ["application_id"],
        unique=True,
        sqlite_where=makes_passport,
        postgresql_where=makes_passport,
    )
