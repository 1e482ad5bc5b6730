"""Give each document number and each receipt to one application."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_GIVEN = sa.text("document_number <> ''")


def upgrade() -> None:
    """Add the index and the table; raise ValueError that names numbers given twice."""
    _refuse_duplicates()
    op.create_index(
        "one_application_per_document",
        "applications",
        ["document_number"],
        unique=True,
        sqlite_where=_GIVEN,
        postgresql_where=_GIVEN,
    )
    op.create_table(
        "payment_receipts",
        sa.Column("receipt", sa.String(64), primary_key=True),
        sa.Column("case", sa.String(64), sa.ForeignKey("applications.id"), nullable=False),
    )
    op.create_index("ix_payment_receipts_case", "payment_receipts", ["case"])
    # A receipt that was recorded for several applications stays with the first of them.
    op.execute(
        'INSERT INTO payment_receipts (receipt, "case") SELECT payment_receipt, "case" FROM history'
        " WHERE number IN (SELECT min(number) FROM history WHERE payment_receipt <> ''"
        " GROUP BY payment_receipt)"
    )
    with op.batch_alter_table("counters") as counters:
        counters.alter_column("value", type_=sa.BigInteger(), existing_nullable=False)


def _refuse_duplicates() -> None:
    number: sa.ColumnClause[str] = sa.column("document_number")
    given = sa.select(number).select_from(sa.table("applications")).where(_GIVEN)
    twice = given.group_by(number).having(sa.func.count() > 1).order_by(number)
    if values := list(op.get_bind().scalars(twice)):
        raise ValueError(
            f"documents of several applications: {', '.join(values)}; see docs/issuance.md, "
            '"Rows that contradict each other"; nothing was changed'
        )
