"""What is known of the printers: events, resume tokens, restores, circuit breakers."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Boolean, Column, Integer, String, Table, UniqueConstraint, false

from issuance.domain.open_item import Resolution
from issuance.domain.print_failure import PrintFailure
from issuance.domain.print_job_event import JobOutcome
from issuance.store.column_types import JsonOf, text_enum
from issuance.store.tables.metadata import metadata

# Job events that could not be recorded in a case. problem: why, empty while the printer's answer to
# our request for a job is awaited.
unrecorded_print_events = Table(
    "unrecorded_print_events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("office", String(8), nullable=False),
    Column("job", String(64), nullable=False),
    # Not a key: a printer may name an application that nobody here knows.
    Column("case", String(64), nullable=False, index=True),
    Column("outcome", text_enum(JobOutcome), nullable=False),
    Column("book_serial", String, nullable=False),
    Column("failure", JsonOf(PrintFailure)),
    Column("document_number", String, nullable=False),
    Column("problem", String, nullable=False),
    Column("since", UtcDateTime, nullable=False),
    # Whether people have settled it as it is.
    Column("resolved", Boolean, nullable=False, server_default=false()),
    # How a person wants it settled, until another one wants the same.
    Column("proposal", JsonOf(Resolution)),
    UniqueConstraint("office", "job"),
)

print_event_tokens = Table(
    "print_event_tokens",
    metadata,
    Column("office", String(8), primary_key=True),
    Column("resume_token", String, nullable=False),
)

# When the database was restored together with the printer of an office, if it was.
restores = Table(
    "restores",
    metadata,
    Column("office", String(8), primary_key=True),
    Column("restored_at", UtcDateTime, nullable=False),
)

printer_circuits = Table(
    "printer_circuits",
    metadata,
    Column("office", String(8), primary_key=True),
    Column("failures", Integer, nullable=False),
    # Real time.
    Column("probe_at", UtcDateTime),
)
