"""Add the register of documents, and allow each person one open application."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

_OPEN = sa.text("state NOT IN ('handed_over', 'refused', 'withdrawn')")
_MOMENT = sa.DateTime(timezone=True)
_APPLICATIONS = sa.table(
    "applications",
    *(sa.column(name) for name in ("number", "id", "office", "person_id", "state", "holder")),
    *(sa.column(name) for name in ("document_number", "book_serial")),
    sa.column("released_on", sa.Date),
    *(sa.column(name, _MOMENT) for name in ("ready_at", "handed_over_at")),
)


def upgrade() -> None:
    """Fill the register from what was printed; raise ValueError that names contradicting rows."""
    _refuse_several_open()
    op.add_column("applications", sa.Column("issued_on", sa.Date))
    op.add_column(
        "applications",
        sa.Column("holder_differences", sa.JSON, nullable=False, server_default="[]"),
    )
    op.execute("UPDATE applications SET issued_on = released_on")
    documents = op.create_table(
        "documents",
        sa.Column("number", sa.String(9), primary_key=True),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("case", sa.String(64), sa.ForeignKey("applications.id"), nullable=False),
        sa.Column("office", sa.String(8), nullable=False),
        sa.Column("book_serial", sa.String, nullable=False),
        sa.Column("holder", sa.LargeBinary, nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("expires_on", sa.Date),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("status_since", _MOMENT, nullable=False),
        sa.Column("status_by", sa.String, nullable=False),
        sa.Column("status_reason", sa.String, nullable=False),
    )
    printed = _documents()
    op.execute(sa.insert(documents).from_select(list(printed.selected_columns.keys()), printed))
    op.create_index("ix_documents_person_id", "documents", ["person_id"])
    op.create_index("ix_documents_case", "documents", ["case"])
    _unique("one_valid_document_per_person", "documents", "person_id", sa.text("status = 'valid'"))
    made = sa.text("status IN ('made', 'valid')")
    _unique("one_made_document_per_case", "documents", "case", made)
    _unique("one_open_application_per_person", "applications", "person_id", _OPEN)


def _documents() -> sa.Select[Any]:
    """Select what was printed; of the documents of a person the last handed over is valid."""
    c = _APPLICATIONS.c
    since = sa.func.coalesce(c.handed_over_at, c.ready_at)
    last_first = sa.func.row_number().over(
        partition_by=(c.person_id, c.state), order_by=(since.desc(), c.number.desc())
    )
    status = sa.case((c.state == "ready", "made"), (last_first == 1, "valid"), else_="revoked")
    return sa.select(
        c.document_number.label("number"),
        c.person_id,
        c.id.label("case"),
        c.office,
        c.book_serial,
        c.holder,
        sa.func.coalesce(c.released_on, _day(c.ready_at)).label("issued_on"),
        status.label("status"),
        since.label("status_since"),
        sa.literal("service:issuance").label("status_by"),
        sa.literal("").label("status_reason"),
    ).where(c.state.in_(["ready", "handed_over"]), c.document_number != "")


def _day(moment: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """Return the day of a moment in UTC, whatever the time zone of the database."""
    if op.get_bind().dialect.name == "postgresql":
        moment = sa.func.timezone("UTC", moment)
    return sa.func.date(moment)


def _unique(name: str, table: str, column: str, where: sa.TextClause) -> None:
    op.create_index(name, table, [column], unique=True, sqlite_where=where, postgresql_where=where)


def _refuse_several_open() -> None:
    person: sa.ColumnClause[str] = sa.column("person_id")
    rows = sa.select(person).select_from(sa.table("applications")).where(_OPEN)
    several = rows.group_by(person).having(sa.func.count() > 1).order_by(person)
    if values := list(op.get_bind().scalars(several)):
        raise ValueError(
            f"persons with several open applications: {', '.join(values)}; see docs/issuance.md, "
            '"Rows that contradict each other"; nothing was changed'
        )
