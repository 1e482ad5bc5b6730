"""Add guardians of children, what the loss of a passport needs, and the last day of each book."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def _add(name: str, kind: Any, default: Any) -> None:
    column: sa.Column[Any] = sa.Column(name, kind, nullable=False, server_default=default)
    op.add_column("applications", column)


def upgrade() -> None:
    """Add the columns; what was released before has the last day that everybody got."""
    op.add_column("applications", sa.Column("expires_on", sa.Date()))
    _add("guardians", sa.JSON(), "[]")
    _add("married", sa.Boolean(), sa.false())
    _add("police_report", sa.String(), "")
    _add("returned_document", sa.String(), "")
    op.add_column("applications", sa.Column("loss_finding", sa.String(32)))
    _add("force_majeure", sa.String(), "")
    op.add_column("history", sa.Column("guardian_present", sa.String(32)))
    op.add_column("history", sa.Column("loss_finding", sa.String(32)))
