"""Numbers that are given out in order."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import BigInteger, Column, String, Table

from issuance.store.tables.metadata import metadata

counters = Table(
    "counters",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

# Random marks on change numbers, each of which was given out with the last number at that time.
change_marks = Table(
    "change_marks",
    metadata,
    Column("number", BigInteger, primary_key=True, autoincrement=False),
    Column("mark", String(32), nullable=False),
    # Real time.
    Column("at", UtcDateTime, nullable=False, index=True),
)
