"""Tables of counts of books, and of what they found to differ."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import JSON, Column, Index, Integer, String, Table

from printer.domain.open_item import OpenItemKind
from printer.domain.two_persons import DecisionReason
from printer.store.tables.metadata import enum_type, metadata

# One row a count of all books in one place. machine_id: empty for the safe. found: a first serial
# and a number of books for each range.
stock_counts = Table(
    "stock_counts",
    metadata,
    Column("count_id", Integer, primary_key=True),
    Column("machine_id", String, nullable=False),
    Column("counted_at", UtcDateTime, nullable=False),
    Column("counted_by", String, nullable=False),
    Column("books_recorded", Integer, nullable=False),
    Column("found", JSON, nullable=False),
)

# One row a range of books of which a count differed from the records. The resolved_ columns and
# what follows are empty while it is open; reason: NULL also where a later count resolved it.
open_items = Table(
    "open_items",
    metadata,
    Column("item_id", Integer, primary_key=True),
    Column("kind", enum_type(OpenItemKind), nullable=False),
    Column("machine_id", String, nullable=False),
    Column("first_serial", String, nullable=False),
    Column("book_count", Integer, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("found_by", String, nullable=False),
    Column("resolved_at", UtcDateTime),
    Column("resolved_by", String),
    Column("reason", enum_type(DecisionReason)),
    Column("explanation", String, nullable=False),
)
is_open_item = open_items.c.resolved_at.is_(None)
Index(
    "one_open_item_per_range",
    open_items.c.machine_id,
    open_items.c.kind,
    open_items.c.first_serial,
    unique=True,
    sqlite_where=is_open_item,
    postgresql_where=is_open_item,
)
