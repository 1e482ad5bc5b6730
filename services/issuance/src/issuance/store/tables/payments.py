"""Receipts of payments, and what the payment channel reported."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table, false

from issuance.domain.payment import PaymentDifference
from issuance.store.column_types import text_enum
from issuance.store.tables.metadata import case_column, metadata

payment_receipts = Table(
    "payment_receipts",
    metadata,
    Column("receipt", String(64), primary_key=True),
    case_column(),
    Column("rupiah", BigInteger),
    Column("recorded_at", UtcDateTime, index=True),
)

# What the payment channel reported, whether or not it was recorded for an application.
reported_payments = Table(
    "reported_payments",
    metadata,
    Column("receipt", String(64), primary_key=True),
    Column("rupiah", BigInteger, nullable=False),
    Column("paid_at", UtcDateTime, nullable=False),
)

# Each report of the payment channel. reported_until: all payments until then were reported.
payment_reports = Table(
    "payment_reports",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("reported_until", UtcDateTime, index=True),
    Column("by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("payments", Integer, nullable=False),
)

payment_differences = Table(
    "payment_differences",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("receipt", String(64), nullable=False, unique=True),
    Column("difference", text_enum(PaymentDifference), nullable=False),
    # Empty, as is `case`, while no application has the receipt.
    Column("office", String(8), nullable=False),
    Column("case", String(64), nullable=False),
    Column("since", UtcDateTime, nullable=False),
    # Whether people have settled it; it is open again if both sides differ in something else.
    Column("resolved", Boolean, nullable=False, server_default=false()),
    Index("payment_differences_office", "office", "number"),
)
