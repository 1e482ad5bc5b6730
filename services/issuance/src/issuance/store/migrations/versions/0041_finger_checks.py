"""Add finger checks at the hand-over, and say again since when passports were ready."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    """Add columns; no check was made before.

    Whatever happened to a passport that was ready had moved `ready_at`.
    """
    mismatches: sa.Column[int] = sa.Column(
        "finger_mismatches", sa.Integer(), nullable=False, server_default="0"
    )
    waived: sa.Column[bool] = sa.Column(
        "finger_check_waived", sa.Boolean(), nullable=False, server_default=sa.false()
    )
    decision: sa.Column[str] = sa.Column(
        "finger_check_decision", sa.String(), nullable=False, server_default=""
    )
    op.add_column("applications", mismatches)
    op.add_column("applications", waived)
    op.add_column("history", sa.Column("finger_check", sa.String(32)))
    op.add_column("history", decision)
    op.execute("UPDATE applications SET ready_at = state_since WHERE state = 'ready'")
    op.execute(
        "UPDATE applications SET ready_at = coalesce((SELECT max(source_since) FROM history"
        " WHERE history.\"case\" = applications.id AND event = 'hand_over'), ready_at)"
        " WHERE state = 'handed_over'"
    )
