"""Table of what one person proposed and a second one confirms."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Column, Index, Integer, String, Table

from printer.domain.two_persons import DecisionReason, ProposalOutcome, ProposedAction
from printer.store.tables.metadata import enum_type, metadata

proposals = Table(
    "proposals",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("subject", String, nullable=False),
    Column("action", enum_type(ProposedAction), nullable=False),
    Column("book_serial", String, nullable=False),
    Column("reason", enum_type(DecisionReason), nullable=False),
    Column("explanation", String, nullable=False),
    Column("proposed_by", String, nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("outcome", enum_type(ProposalOutcome)),
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
