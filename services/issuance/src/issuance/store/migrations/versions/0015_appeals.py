"""Add what appeals, links with a person on record, and second looks at strong hits need."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def _add(table: str, name: str, kind: Any, default: Any) -> None:
    column: sa.Column[Any] = sa.Column(name, kind, nullable=False, server_default=default)
    op.add_column(table, column)


def upgrade() -> None:
    """Add the columns; no earlier application was appealed or linked."""
    _add("applications", "encounter_number", sa.Integer(), "1")
    _add("applications", "linked", sa.Boolean(), sa.false())
    _add("applications", "appeal_granted_by", sa.String(), "")
    _add("adjudication_tasks", "clearances_needed", sa.Integer(), "1")
    _add("examinations", "person_id", sa.String(64), "")
