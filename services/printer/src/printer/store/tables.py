"""Tables of a printing office; the migrations in this package create them."""

from enum import Enum

from servicekit.storage.column_types import UtcDateTime
from servicekit.storage.idempotency import idempotency_tables
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    and_,
    false,
    literal_column,
)
from sqlalchemy import Enum as EnumType

from printer.domain.attempt import AttemptOutcome
from printer.domain.book import BookState
from printer.domain.job_transitions import ENDED_WITHOUT_BOOK, JobEvent, JobState
from printer.domain.movement import MachineAction
from printer.domain.open_item import OpenItemKind
from printer.domain.sample import SampleOutcome
from printer.domain.settlement import Settlement
from printer.domain.two_persons import DecisionReason, ProposalOutcome, ProposedAction

metadata = MetaData()
idempotency = idempotency_tables(metadata)


def _enum(members: type[Enum]) -> EnumType:
    """Return the type of a column that holds the names of an enum's members as text."""
    return EnumType(members, native_enum=False, length=32)


# One row. It stays locked from its update to the commit, so that change numbers become visible in
# their order and a reader of "everything after n" misses nothing.
change_counter = Table("change_counter", metadata, Column("last_change", Integer, nullable=False))

# One row. epoch: raised by each process that becomes the dispatcher. requests: number of requests
# to machines ever announced. longest_request_seconds: how long a request that the dispatcher of
# this epoch announced may still reach a machine, whatever becomes of the dispatcher.
# server_identity: see `printer.store.database_continuity`.
dispatch = Table(
    "dispatch",
    metadata,
    Column("epoch", Integer, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("longest_request_seconds", Float, nullable=False),
    Column("server_identity", String, nullable=False, server_default=""),
)

# Only ever added to; the latest event of a name counts. public_key_pem: empty where the trust was
# withdrawn, also in a key of the settings' folder.
trusted_key_events = Table(
    "trusted_key_events",
    metadata,
    Column("event_number", Integer, primary_key=True),
    Column("kid", String, nullable=False),
    Column("public_key_pem", String, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String, nullable=False),
    Column("proposed_by", String, nullable=False),
    Column("reason", String, nullable=False),
)

# One of clearance_id and document_number is empty.
revocations = Table(
    "revocations",
    metadata,
    Column("revocation_id", Integer, primary_key=True),
    Column("clearance_id", String, nullable=False, index=True),
    Column("document_number", String, nullable=False, index=True),
    Column("reason", String, nullable=False),
    Column("revoked_at", UtcDateTime, nullable=False),
    Column("revoked_by", String, nullable=False),
)

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

machines = Table(
    "machines",
    metadata,
    Column("machine_id", String, primary_key=True),
    Column("uri", String, nullable=False),
    Column("printer_uuid", String, nullable=False),
    Column("paused", Boolean, nullable=False),
    Column("certificate_sha256", LargeBinary),
    Index("one_machine_per_uuid", "printer_uuid", unique=True),
)

# A cancelled window stays, for the history of its machine.
maintenance_windows = Table(
    "maintenance_windows",
    metadata,
    Column("window_id", String, primary_key=True),
    Column("machine_id", String, ForeignKey("machines.machine_id"), nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("reason", String, nullable=False),
    Column("scheduled_by", String, nullable=False),
    Column("scheduled_at", UtcDateTime, nullable=False),
    Column("cancelled_at", UtcDateTime),
    Index("maintenance_windows_by_end", "ends_at"),
)

# The status columns are empty before the first answer. Times are seconds since 1970.
machine_observations = Table(
    "machine_observations",
    metadata,
    Column("machine_id", String, primary_key=True),
    Column("printer_uuid", String),
    Column("up_time", Integer),
    Column("asked_at", UtcDateTime),
    Column("answered_at", UtcDateTime),
    Column("idle", Boolean),
    Column("stopped", Boolean),
    Column("accepting_jobs", Boolean),
    Column("state_reasons", JSON, nullable=False),
    Column("unreachable_since", Float(53)),
    Column("certificate_changed", Boolean, nullable=False, server_default=false()),
    Column("backoff_until", Float(53)),
    Column("failures_in_a_row", Integer, nullable=False),
    Column("job_started", Float(53)),
    Column("seconds_per_book", Float(53), nullable=False),
)

# The indexes are those of the lists, of the next blank book of a machine and of the counts.
books = Table(
    "books",
    metadata,
    Column("serial", String, primary_key=True),
    Column("state", _enum(BookState), nullable=False),
    Column("machine_id", String, nullable=False),
    Column("attempt_id", String, nullable=False),
    Column("document_number", String, nullable=False),
    Index("books_by_state", "state", "serial"),
)
# Books in the safe have no machine: a delivery of 100,000 must not be indexed by it. A literal, not
# a parameter, so that the database can tell that a query may use the indexes.
has_machine = books.c.machine_id != literal_column("''")
for name, columns in (
    ("books_by_state_and_machine", (books.c.state, books.c.machine_id, books.c.serial)),
    ("books_by_machine", (books.c.machine_id, books.c.serial)),
):
    Index(name, *columns, sqlite_where=has_machine, postgresql_where=has_machine)
has_document_number = books.c.document_number != ""
Index(
    "books_by_document_number",
    books.c.document_number,
    books.c.serial,
    sqlite_where=has_document_number,
    postgresql_where=has_document_number,
)

# One row a movement, of one book or of a range. state_before: NULL for books received first.
book_movements = Table(
    "book_movements",
    metadata,
    Column("movement_id", Integer, primary_key=True),
    Column("first_serial", String, nullable=False),
    Column("last_serial", String, nullable=False, server_default=""),
    Column("book_count", Integer, nullable=False),
    Column("state_before", _enum(BookState)),
    Column("state_after", _enum(BookState), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("machine_id", String, nullable=False),
    Column("job_id", String, nullable=False),
    Column("delivery_note", String, nullable=False),
    Column("destination", String, nullable=False),
    Column("proposed_by", String, nullable=False),
    Index("book_movements_by_state", "state_after", "at"),
    Index("book_movements_by_book", "first_serial", "movement_id"),
)
# There are few of them, each of many books.
is_of_many_books = book_movements.c.book_count > literal_column("1")
Index(
    "book_movements_by_range",
    book_movements.c.first_serial,
    book_movements.c.last_serial,
    sqlite_where=is_of_many_books,
    postgresql_where=is_of_many_books,
)

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
    Column("outcome", _enum(SampleOutcome)),
)
is_open_sample = samples.c.outcome.is_(None)
Index(
    "one_sample_per_machine",
    samples.c.machine_id,
    unique=True,
    sqlite_where=is_open_sample,
    postgresql_where=is_open_sample,
)

machine_history = Table(
    "machine_history",
    metadata,
    Column("event_number", Integer, primary_key=True),
    Column("machine_id", String, ForeignKey("machines.machine_id"), nullable=False),
    Column("action", _enum(MachineAction), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("uri", String, nullable=False),
    Column("printer_uuid", String, nullable=False),
    Column("first_serial", String),
    Column("book_count", Integer),
    Column("window_id", String),
    Column("certificate_sha256", LargeBinary),
    Index("machine_history_by_machine", "machine_id", "event_number"),
)

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
    Column("kind", _enum(OpenItemKind), nullable=False),
    Column("machine_id", String, nullable=False),
    Column("first_serial", String, nullable=False),
    Column("book_count", Integer, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("found_by", String, nullable=False),
    Column("resolved_at", UtcDateTime),
    Column("resolved_by", String),
    Column("reason", _enum(DecisionReason)),
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

# arrival_number: the job's first change number, so it grows in the order of arrival.
jobs = Table(
    "jobs",
    metadata,
    Column("job_id", String, primary_key=True),
    Column("arrival_number", Integer, nullable=False, unique=True),
    Column("application_id", String, nullable=False, index=True),
    Column("document_number", String, nullable=False),
    Column("priority_class", Integer, nullable=False),
    Column("state", _enum(JobState), nullable=False, index=True),
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
    Column("reason_code", _enum(DecisionReason)),
    Column("settlement", _enum(Settlement), index=True),
    UniqueConstraint("job_id", "attempt_number"),
    Index("attempts_by_assignment", "assigned_at"),
)
# A book is in one machine's hands at a time, and a job has one good book, whatever the code does.
_is_open = attempts.c.outcome.is_(None)
_is_good = attempts.c.outcome == AttemptOutcome.GOOD
Index(
    "one_open_attempt_per_book",
    attempts.c.book_serial,
    unique=True,
    sqlite_where=_is_open,
    postgresql_where=_is_open,
)
Index(
    "one_good_attempt_per_job",
    attempts.c.job_id,
    unique=True,
    sqlite_where=_is_good,
    postgresql_where=_is_good,
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

proposals = Table(
    "proposals",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("subject", String, nullable=False),
    Column("action", _enum(ProposedAction), nullable=False),
    Column("book_serial", String, nullable=False),
    Column("reason", _enum(DecisionReason), nullable=False),
    Column("explanation", String, nullable=False),
    Column("proposed_by", String, nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("outcome", _enum(ProposalOutcome)),
    Column("ended_by", String),
    Column("ended_at", UtcDateTime),
)
Index(
    "one_open_proposal",
    proposals.c.subject,
    unique=True,
    sqlite_where=proposals.c.outcome.is_(None),
    postgresql_where=proposals.c.outcome.is_(None),
)
