"""Add what the matcher acknowledged of each application, in order, and how far it is compared."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"


def upgrade() -> None:
    """Add the tables, with the enrolments so far in the order of their latest acknowledgement."""
    op.create_table(
        "enrolments",
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("case", sa.String(64), sa.ForeignKey("applications.id"), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lost_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint("case"),
        sqlite_autoincrement=True,
    )
    lost = sa.text("lost_at IS NOT NULL")
    op.create_index(
        "enrolments_lost", "enrolments", ["case"], sqlite_where=lost, postgresql_where=lost
    )
    comparison = op.create_table(
        "matcher_comparison",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("latest_change", sa.BigInteger, nullable=False),
        sa.Column("restores", sa.Integer, nullable=False),
        sa.Column("unconfirmed_to", sa.BigInteger, nullable=False),
        sa.Column("count_from", sa.BigInteger, nullable=False),
        sa.Column("in_a_row", sa.Integer, nullable=False),
    )
    nothing = {
        "name": "matcher",
        "epoch": "",
        "latest_change": 0,
        "restores": 0,
        "unconfirmed_to": 0,
        "count_from": 2**62,
        "in_a_row": 0,
    }
    op.bulk_insert(comparison, [nothing])
    op.execute(
        """INSERT INTO enrolments ("case", acknowledged_at)
        SELECT "case", max(at) FROM history WHERE event IN ('identify', 'refer_to_examiners')
        GROUP BY "case" ORDER BY max(number)"""
    )
