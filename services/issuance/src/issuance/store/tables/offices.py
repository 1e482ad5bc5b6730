"""Offices, their special days and history, their machines and the state of their plans."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Column, Date, Index, Integer, String, Table, Time

from issuance.domain.office_history import FieldChange, OfficeEvent
from issuance.domain.special_day import SpecialDayKind
from issuance.store.column_types import ExactFraction, JsonOf, text_enum
from issuance.store.tables.metadata import metadata

# `removed_at`: since when nothing is taken in there. What an office did refers to it for ever.
offices = Table(
    "offices",
    metadata,
    Column("id", String(8), primary_key=True),
    Column("name", String, nullable=False),
    Column("country", String(2), nullable=False),
    Column("timezone", String, nullable=False),
    Column("opens", Time, nullable=False),
    Column("closes", Time, nullable=False),
    Column("collection_from", Time, nullable=False),
    Column("promise_working_days", Integer, nullable=False),
    Column("printer", String, nullable=False),
    Column("languages", JsonOf(tuple[str, ...]), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("removed_at", UtcDateTime),
)

# Closures, holidays and additional working days; office: empty for all.
special_days = Table(
    "special_days",
    metadata,
    Column("office", String(8), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("kind", text_enum(SpecialDayKind), nullable=False),
    Column("reason", String, nullable=False),
    Column("declared_by", String, nullable=False),
    Column("declared_at", UtcDateTime, nullable=False),
)

# Who changed what; office: empty for a special day of all. Nothing is ever deleted.
office_history = Table(
    "office_history",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("office", String(8), nullable=False),
    Column("event", text_enum(OfficeEvent), nullable=False),
    Column("changes", JsonOf(tuple[FieldChange, ...]), nullable=False),
    Column("by", String, nullable=False),
    Column("on_behalf_of", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("day", Date),
    Index("office_history_of_office", "office", "number"),
)

installed_machines = Table(
    "installed_machines",
    metadata,
    Column("office", String(8), primary_key=True),
    Column("since", Date, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("books_per_day", ExactFraction, nullable=False),
)

office_plans = Table(
    "office_plans",
    metadata,
    Column("office", String(8), primary_key=True),
    # Grows by one with everything that may change the plan.
    Column("change_count", Integer, nullable=False),
    Column("notified_at", UtcDateTime, nullable=False),
)
