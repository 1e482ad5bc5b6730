"""Add fees, amounts of payments, and what the payment channel reports of them."""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Add columns and tables; no fee was told before, and no amount recorded."""
    op.add_column("applications", sa.Column("fee_rupiah", sa.BigInteger()))
    op.add_column("applications", sa.Column("penalty_rupiah", sa.BigInteger()))
    op.add_column("history", sa.Column("amount_rupiah", sa.BigInteger()))
    op.add_column("payment_receipts", sa.Column("rupiah", sa.BigInteger()))
    op.add_column("payment_receipts", sa.Column("recorded_at", sa.DateTime(timezone=True)))
    op.create_index("ix_payment_receipts_recorded_at", "payment_receipts", ["recorded_at"])
    op.create_table(
        "reported_payments",
        sa.Column("receipt", sa.String(64), primary_key=True),
        sa.Column("rupiah", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "payment_reports",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("reported_until", sa.DateTime(timezone=True), index=True),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payments", sa.Integer(), nullable=False),
    )
    op.create_table(
        "payment_differences",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("receipt", sa.String(64), nullable=False, unique=True),
        sa.Column("difference", sa.String(32), nullable=False),
        sa.Column("office", sa.String(8), nullable=False),
        sa.Column("case", sa.String(64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    receipt: sa.Column[str] = sa.Column("receipt", sa.String(64), nullable=False, server_default="")
    op.add_column("resolved_items", receipt)
    op.create_index("payment_differences_office", "payment_differences", ["office", "number"])
