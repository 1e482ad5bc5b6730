"""Tables of the print jobs, and of their history."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Column, Date, ForeignKey, Index, Integer, LargeBinary, String, Table, and_

from printer.domain.job_transitions import ENDED_WITHOUT_BOOK, JobEvent, JobState
from printer.store.tables.metadata import enum_type, metadata

# arrival_number: the job's first change number, so it grows in the order of arrival.
jobs = Table(
    "jobs",
    metadata,
    Column("job_id", String, primary_key=True),
    Column("arrival_number", Integer, nullable=False, unique=True),
    Column("application_id", String, nullable=False, index=True),
    Column("document_number", String, nullable=False),
    Column("priority_class", Integer, nullable=False),
    Column("state", enum_type(JobState), nullable=False, index=True),
    Column("state_reason", String, nullable=False),
    Column("failures_in_a_row", Integer, nullable=False),
    Column("not_before", UtcDateTime),
    Column("revision", Integer, nullable=False),
    Column("change", Integer, nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("clearance_id", String, nullable=False, unique=True),
    Column("clearance_token", String, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("page_pdf", LargeBinary, nullable=False),
    Column("page_sha256", LargeBinary, nullable=False),
    Column("chip_sha256", LargeBinary),
    # What the page shows; None in jobs of earlier versions.
    Column("payload_sha256", LargeBinary),
    Column("issued_on", Date),
    Column("mrz", String, nullable=False),
    # Business time. erased_at: payload, page and zone are empty from then on.
    Column("ended_at", UtcDateTime),
    Column("erased_at", UtcDateTime),
    Index("jobs_to_be_erased", "erased_at", "ended_at"),
)
# Every job makes a passport unless it ended without a book: one for a document number, and one for
# an application. The database enforces that, whatever the code above does.
makes_passport = and_(*(jobs.c.state != state for state in ENDED_WITHOUT_BOOK))
Index(
    "one_job_per_document",
    jobs.c.document_number,
    unique=True,
    sqlite_where=makes_passport,
    postgresql_where=makes_passport,
)
Index(
    "one_job_per_application",
    jobs.c.application_id,
    unique=True,
    sqlite_where=makes_passport,
    postgresql_where=makes_passport,
)

job_history = Table(
    "job_history",
    metadata,
    Column("job_id", String, ForeignKey("jobs.job_id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("event", enum_type(JobEvent), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String, nullable=False),
    Column("reason", String, nullable=False),
)
