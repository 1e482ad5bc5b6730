"""Add references of applications and the terms by which they are found."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op
from google.protobuf.message import DecodeError
from issuance.domain.reference import derive_reference
from issuance.holder_names import holder_born_on, holder_words

revision = "0025"
down_revision = "0024"

_AT_A_TIME = 1000
_APPLICATIONS = sa.table(
    "applications",
    *(sa.column(name) for name in ("number", "id", "office", "holder", "reference")),
)


def upgrade() -> None:
    """Add columns, tables and indexes; index the applications that there are."""
    _create()
    seen: set[str] = set()
    for rows in _batches():
        _index(rows, seen)
    only = sa.text("reference <> ''")
    op.create_index(
        "one_application_per_reference", "applications", ["reference"],
        unique=True, sqlite_where=only, postgresql_where=only,
    )  # fmt: skip


def _create() -> None:
    op.add_column(
        "applications", sa.Column("reference", sa.String(8), nullable=False, server_default="")
    )
    op.create_index("applications_created", "applications", ["office", "created_at"])
    by_code = sa.String(64).with_variant(sa.String(64, collation="C"), "postgresql")
    op.create_table(
        "search_terms",
        sa.Column("case", sa.String(64), sa.ForeignKey("applications.id"), primary_key=True),
        sa.Column("term", by_code, primary_key=True),
        sa.Column("office", sa.String(8), nullable=False),
    )
    op.create_index("search_terms_of_office", "search_terms", ["office", "term"])
    op.create_index("search_terms_of_all", "search_terms", ["term"])
    op.create_table(
        "searches",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String, nullable=False),
        sa.Column("on_behalf_of", sa.String, nullable=False),
        sa.Column("criteria", sa.JSON, nullable=False),
        sa.Column("found", sa.Integer, nullable=False),
    )


def _batches() -> Iterator[list[Any]]:
    after, c = 0, _APPLICATIONS.c
    columns = sa.select(c.number, c.id, c.office, c.holder).order_by(c.number).limit(_AT_A_TIME)
    while rows := list(op.get_bind().execute(columns.where(c.number > after))):
        yield rows
        after = rows[-1].number


def _terms(holder: bytes) -> set[str]:
    try:
        names = {f"n:{word}"[:64] for word in holder_words(holder)}
    except DecodeError:
        return set()  # still found by its reference and number
    try:
        return names | {f"b:{holder_born_on(holder).isoformat()}"}
    except ValueError:
        return names


def _index(rows: list[Any], seen: set[str]) -> None:
    """Give these applications references, none of them one that was seen, and search terms."""
    terms = sa.table("search_terms", *(sa.column(name) for name in ("case", "term", "office")))
    found = []
    for row in rows:
        attempt = 0
        while (reference := derive_reference(row.id, attempt)) in seen:
            attempt += 1
        seen.add(reference)
        update = _APPLICATIONS.update().where(_APPLICATIONS.c.number == row.number)
        op.get_bind().execute(update.values(reference=reference))
        found += [
            {"case": row.id, "term": t, "office": row.office} for t in _terms(row.holder or b"")
        ]
    if found:
        op.bulk_insert(terms, found)
