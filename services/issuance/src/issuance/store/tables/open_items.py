"""Open items that people have settled."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Column, Index, Integer, String, Table

from issuance.domain.open_item import OpenItemKind, ResolutionReason
from issuance.store.column_types import text_enum
from issuance.store.tables.metadata import metadata

# Open items that people have settled, as they were. case: not a key of the applications, since
# print jobs of unknown ones are among them.
resolved_items = Table(
    "resolved_items",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("kind", text_enum(OpenItemKind), nullable=False),
    Column("office", String(8), nullable=False),
    Column("case", String(64), nullable=False, index=True),
    Column("since", UtcDateTime, nullable=False),
    Column("problem", String, nullable=False),
    Column("print_job", String, nullable=False),
    Column("document_number", String, nullable=False),
    Column("book_serial", String, nullable=False),
    Column("task", String(64), nullable=False),
    Column("receipt", String(64), nullable=False, server_default=""),
    Column("reason", text_enum(ResolutionReason), nullable=False),
    Column("explanation", String, nullable=False),
    Column("proposed_by", String, nullable=False, server_default=""),
    Column("by", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Index("resolved_items_since", "since"),
    Index("resolved_items_of_office", "office", "since"),
)
