"""Table of the attempts to print."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from printer.domain.attempt import AttemptOutcome
from printer.domain.settlement import Settlement
from printer.domain.two_persons import DecisionReason
from printer.store.tables.metadata import enum_type, metadata

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
    Column("outcome", enum_type(AttemptOutcome)),
    Column("reason", String, nullable=False),
    Column("reason_code", enum_type(DecisionReason)),
    Column("settlement", enum_type(Settlement), index=True),
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
