"""Tables of the keys that sign clearances, and of what was revoked."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Column, Integer, String, Table

from printer.store.tables.metadata import metadata

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
