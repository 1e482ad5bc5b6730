"""What revoked a document is stored beside the words of the person who did."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"

_CAUSES = {
    "another document was handed over": "replaced",
    "its holder had another valid passport, under another identity": "two_valid_passports",
}
_DOCUMENTS = sa.table(
    "documents",
    *(sa.column(name) for name in ("case", "status", "status_reason", "revoked_for")),
)
_APPLICATIONS = sa.table("applications", sa.column("id"), sa.column("state"))


def upgrade() -> None:
    """Add the column; of earlier documents the application and the system's own texts tell it.

    A document whose application was refused or withdrawn is revoked for that, whatever is written.
    """
    cause: sa.Column[str] = sa.Column("revoked_for", sa.String(32))
    op.add_column("documents", cause)
    c, of = _DOCUMENTS.c, _APPLICATIONS.c
    ended = sa.select(of.id).where(of.state.in_(["refused", "withdrawn"]))
    why = sa.case(
        (c.case.in_(ended), "application"),
        *((c.status_reason == reason, cause) for reason, cause in _CAUSES.items()),
    )
    op.execute(sa.update(_DOCUMENTS).where(c.status == "revoked").values(revoked_for=why))
