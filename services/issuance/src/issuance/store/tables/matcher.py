"""What the matcher has, how fast it is called, and how far it is compared with us."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import BigInteger, Column, Float, ForeignKey, Index, Integer, String, Table, text

from issuance.store.tables.metadata import metadata

# Rows: matcher (identifications) and verification. All times are real time.
identification_rate = Table(
    "identification_rate",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("per_second", Float, nullable=False),
    Column("granted", Float, nullable=False),
    Column("allowance", Float, nullable=False),
    Column("counted_at", UtcDateTime, nullable=False),
    Column("grown_at", UtcDateTime, nullable=False),
    Column("cut_at", UtcDateTime, nullable=False),
    Column("canary_until", UtcDateTime, nullable=False),
    Column("paused_until", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("bad_share", Float, nullable=False),
)

# What the matcher acknowledged, one row for each case, numbered anew with each acknowledgement.
# lost_at: when it was noticed that the matcher has lost it.
enrolments = Table(
    "enrolments",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("case", String(64), ForeignKey("applications.id"), nullable=False, unique=True),
    Column("acknowledged_at", UtcDateTime, nullable=False),
    Column("lost_at", UtcDateTime),
    Index(
        "enrolments_lost",
        "case",
        sqlite_where=text("lost_at IS NOT NULL"),
        postgresql_where=text("lost_at IS NOT NULL"),
    ),
    sqlite_autoincrement=True,  # no number is given twice
)

# One row: how far the enrolments are compared with the matcher since its database was restored.
matcher_comparison = Table(
    "matcher_comparison",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("epoch", String(64), nullable=False),
    Column("latest_change", BigInteger, nullable=False),
    Column("restores", Integer, nullable=False),
    Column("unconfirmed_to", BigInteger, nullable=False),
    Column("count_from", BigInteger, nullable=False),
    Column("in_a_row", Integer, nullable=False),
)
