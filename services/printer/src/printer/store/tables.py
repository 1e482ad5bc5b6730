"""Tables of a printing office. The migrations beside this module make them."""

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

metadata = MetaData()
idempotency_records = idempotency_table(metadata)


# One row. Whoever updates it keeps it locked until the commit, so that change numbers become
# visible in their order and a reader of "everything after n" misses nothing.
counter = Table("counter", metadata, Column("last_change", Integer, nullable=False))

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
    Column("state", String, nullable=False, index=True),
    Column("machine_id", String, nullable=False, index=True),
    Column("attempt_id", String, nullable=False),
    Column("document_number", String, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("job_id", String, primary_key=True),
    Column("number", Integer, nullable=False, unique=True),
    Column("application_id", String, nullable=False),
    Column("document_number", String, nullable=False),
    Column("priority_class", Integer, nullable=False),
    Column("state", String, nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("change", Integer, nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("clearance_id", String, nullable=False, unique=True),
    Column("clearance", String, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("page", LargeBinary, nullable=False),
    Column("page_sha256", LargeBinary, nullable=False),
    Column("zone", String, nullable=False),
)
# One passport, one job: whatever the code above it does, the database keeps to it.
Index(
    "one_job_a_document",
    jobs.c.document_number,
    unique=True,
    sqlite_where=jobs.c.state != "CANCELLED",
    postgresql_where=jobs.c.state != "CANCELLED",
)

attempts = Table(
    "attempts",
    metadata,
    Column("attempt_id", String, primary_key=True),
    Column("job_id", String, ForeignKey("jobs.job_id"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("machine_id", String, nullable=False),
    Column("book_serial", String, ForeignKey("books.serial"), nullable=False),
    Column("assigned_at", UtcDateTime, nullable=False),
    Column("printer_uuid", String, nullable=False),
    Column("up_time", Integer, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("delivered", Boolean, nullable=False),
    Column("outcome", String),
    Column("reason", String, nullable=False),
    UniqueConstraint("job_id", "position"),
)

history = Table(
    "history",
    metadata,
    Column("job_id", String, ForeignKey("jobs.job_id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("event", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String, nullable=False),
    Column("reason", String, nullable=False),
)
