"""Tables of a printing office; the migrations in this package create them."""

from enum import Enum

from servicekit.storage.column_types import UtcDateTime
from servicekit.storage.idempotency import idempotency_table
from sqlalchemy import (
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy import Enum as EnumType

from printer.domain.book import BookState
from printer.domain.job import AttemptOutcome, JobEvent, JobState

metadata = MetaData()
idempotency_records = idempotency_table(metadata)


def _enum(members: type[Enum]) -> EnumType:
    """Return the type of a column that holds the names of an enum's members as text."""
    return EnumType(members, native_enum=False, length=32)


# One row. It stays locked from its update to the commit, so that change numbers become visible in
# their order and a reader of "everything after n" misses nothing.
change_counter = Table("change_counter", metadata, Column("last_change", Integer, nullable=False))

machines = Table(
    "machines",
    metadata,
    Column("machine_id", String, primary_key=True),
    Column("uri", String, nullable=False),
    Column("printer_uuid", String, nullable=False),
    Column("paused", Boolean, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("first_serial", String, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("delivery_note", String, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("received_by", String, nullable=False),
)

books = Table(
    "books",
    metadata,
    Column("serial", String, primary_key=True),
    Column("state", _enum(BookState), nullable=False, index=True),
    Column("machine_id", String, nullable=False, index=True),
    Column("attempt_id", String, nullable=False),
    Column("document_number", String, nullable=False),
)

# arrival_number: the job's first change number, so it grows in the order of arrival.
jobs = Table(
    "jobs",
    metadata,
    Column("job_id", String, primary_key=True),
    Column("arrival_number", Integer, nullable=False, unique=True),
    Column("application_id", String, nullable=False),
    Column("document_number", String, nullable=False),
    Column("priority_class", Integer, nullable=False),
    Column("state", _enum(JobState), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("change", Integer, nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("clearance_id", String, nullable=False, unique=True),
    Column("clearance_token", String, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("page_pdf", LargeBinary, nullable=False),
    Column("page_sha256", LargeBinary, nullable=False),
    Column("mrz", String, nullable=False),
)
# Every job that was not cancelled takes its document number. The database enforces that, whatever
# the code above does.
takes_document_number = jobs.c.state != JobState.CANCELLED
Index(
    "one_job_per_document",
    jobs.c.document_number,
    unique=True,
    sqlite_where=takes_document_number,
    postgresql_where=takes_document_number,
)

attempts = Table(
    "attempts",
    metadata,
    Column("attempt_id", String, primary_key=True),
    Column("job_id", String, ForeignKey("jobs.job_id"), nullable=False, index=True),
    Column("attempt_number", Integer, nullable=False),
    Column("machine_id", String, nullable=False),
    Column("book_serial", String, ForeignKey("books.serial"), nullable=False),
    Column("assigned_at", UtcDateTime, nullable=False),
    Column("printer_uuid", String, nullable=False),
    Column("up_time", Integer, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("delivered", Boolean, nullable=False),
    Column("outcome", _enum(AttemptOutcome)),
    Column("reason", String, nullable=False),
    UniqueConstraint("job_id", "attempt_number"),
)

job_history = Table(
    "job_history",
    metadata,
    Column("job_id", String, ForeignKey("jobs.job_id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("event", _enum(JobEvent), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String, nullable=False),
    Column("reason", String, nullable=False),
)
