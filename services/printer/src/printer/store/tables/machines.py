"""Tables of the machines: what they are, what was last seen of them, and their history."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    false,
)

from printer.domain.movement import MachineAction
from printer.store.tables.metadata import enum_type, metadata

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

machine_history = Table(
    "machine_history",
    metadata,
    Column("event_number", Integer, primary_key=True),
    Column("machine_id", String, ForeignKey("machines.machine_id"), nullable=False),
    Column("action", enum_type(MachineAction), nullable=False),
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
