"""Table of sample prints."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Column, ForeignKey, Index, String, Table

from printer.domain.sample import SampleOutcome
from printer.store.tables.metadata import enum_type, metadata

# sent_at: real time. outcome: NULL until it has ended.
samples = Table(
    "samples",
    metadata,
    Column("sample_id", String, primary_key=True),
    Column("machine_id", String, ForeignKey("machines.machine_id"), nullable=False),
    Column("book_serial", String, ForeignKey("books.serial"), nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("requested_by", String, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("outcome", enum_type(SampleOutcome)),
)
is_open_sample = samples.c.outcome.is_(None)
Index(
    "one_sample_per_machine",
    samples.c.machine_id,
    unique=True,
    sqlite_where=is_open_sample,
    postgresql_where=is_open_sample,
)
