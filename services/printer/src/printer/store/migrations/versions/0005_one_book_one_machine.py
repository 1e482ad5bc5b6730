"""One open attempt for each book, one good attempt for each job, one machine for each uuid."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_REMEDY = 'see docs/printer.md, "Rows that contradict each other"; nothing was changed'


def upgrade() -> None:
    """Add the unique indexes; raise ValueError that names the rows that contradict them."""
    attempts, machines = sa.table("attempts"), sa.table("machines")
    is_open, is_good = sa.text("outcome IS NULL"), sa.text("outcome = 'GOOD'")
    _refuse_duplicates(attempts, "book_serial", is_open, "books with several open attempts")
    _refuse_duplicates(attempts, "job_id", is_good, "jobs with several good books")
    _refuse_duplicates(machines, "printer_uuid", sa.true(), "machines with several ids")
    _create_index("one_open_attempt_per_book", "attempts", "book_serial", is_open)
    _create_index("one_good_attempt_per_job", "attempts", "job_id", is_good)
    op.create_index("one_machine_per_uuid", "machines", ["printer_uuid"], unique=True)


def _create_index(name: str, table: str, column: str, where: sa.TextClause) -> None:
    op.create_index(name, table, [column], unique=True, sqlite_where=where, postgresql_where=where)


def _refuse_duplicates(
    table: sa.TableClause, name: str, where: sa.ColumnElement[bool] | sa.TextClause, what: str
) -> None:
    column: sa.ColumnClause[str] = sa.column(name)
    duplicates = (sa.select(column).select_from(table).where(where).group_by(column)).having(
        sa.func.count() > 1
    )
    values = list(op.get_bind().scalars(duplicates.order_by(column)))
    if values:
        raise ValueError(f"there are {what}: {', '.join(values)}; {_REMEDY}")
