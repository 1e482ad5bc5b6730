"""Tables of restores of this database, and of what was found after them."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Column, ForeignKey, Integer, String, Table

from printer.store.tables.metadata import metadata

restores = Table(
    "restores",
    metadata,
    Column("restore_id", Integer, primary_key=True),
    Column("reason", String, nullable=False),
    Column("noticed_at", UtcDateTime, nullable=False),
    Column("noticed_by", String, nullable=False),
    Column("released_at", UtcDateTime),
    Column("released_by", String),
    Column("explanation", String),
)

restore_findings = Table(
    "restore_findings",
    metadata,
    Column("finding_id", Integer, primary_key=True),
    Column("restore_id", ForeignKey("restores.restore_id"), nullable=False, index=True),
    Column("machine_id", String, nullable=False),
    Column("attempt_id", String, nullable=False),
    Column("book_serial", String, nullable=False),
    Column("document_number", String, nullable=False),
    Column("description", String, nullable=False),
)
