"""Outages and their corrections."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, Table, false, true

from issuance.domain.activity import Activity
from issuance.domain.outage import OutageScope
from issuance.store.column_types import JsonOf, text_enum
from issuance.store.tables.metadata import metadata

outages = Table(
    "outages",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("scope", text_enum(OutageScope), nullable=False),
    Column("office", String(8), nullable=False),
    Column("cause", String, nullable=False),
    Column("began", UtcDateTime, nullable=False),
    Column("ended", UtcDateTime, index=True),
    Column("expected_end", UtcDateTime),
    Column("declared_by", String, nullable=False),
    # How many cases waited for it, counted when its end was recorded; empty while it lasts.
    Column("cases", Integer),
    Column("revision", Integer, nullable=False, server_default="1"),
    # Whether a person ended an automatic one, and no recovery was seen since.
    Column("overridden", Boolean, nullable=False, server_default=false(), index=True),
    # False for those that were so short that no plan needs them any more.
    Column("may_cost_printing_days", Boolean, nullable=False, server_default=true()),
    # Empty if an earlier version recorded it, until the next start.
    Column("stopped_by_policy", JsonOf(frozenset[Activity])),
)

outage_changes = Table(
    "outage_changes",
    metadata,
    Column("outage", String(64), ForeignKey("outages.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    # What was recorded of the outage from then on.
    Column("cause", String, nullable=False),
    Column("began", UtcDateTime, nullable=False),
    Column("ended", UtcDateTime),
    Column("expected_end", UtcDateTime),
    Column("stopped_by_policy", JsonOf(frozenset[Activity])),
)
