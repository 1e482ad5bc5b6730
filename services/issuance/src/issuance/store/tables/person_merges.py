"""Persons on record who are one."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Boolean, Column, Index, Integer, String, Table, false, text

from issuance.domain.person_merge import UndoProposal
from issuance.store.column_types import JsonOf
from issuance.store.tables.metadata import case_column, metadata

person_merges = Table(
    "person_merges",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("from_person", String(64), nullable=False, index=True),
    Column("into_person", String(64), nullable=False, index=True),
    case_column(),
    Column("office", String(8), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("superseded_document", String(9), nullable=False),
    # Whether the book of that document was taken from its holder, or settled otherwise.
    Column("book_settled", Boolean, nullable=False, server_default=false()),
    Column("matcher_merge", String(64), nullable=False, server_default=""),
    # Whether it is done at the matcher; without an id there nothing was to be moved.
    Column("made", Boolean, nullable=False, server_default=false()),
    Column("cases_moved", JsonOf(tuple[str, ...]), nullable=False, server_default="[]"),
    Column("undo_proposal", JsonOf(UndoProposal)),
    Column("undone_at", UtcDateTime),
    Column("undone_by", String, nullable=False, server_default=""),
    # Whether the matcher is asked for it again, since its database was restored.
    Column("to_ask_again", Boolean, nullable=False, server_default=false()),
    Index(
        "person_merges_to_ask_again",
        "number",
        sqlite_where=text("to_ask_again"),
        postgresql_where=text("to_ask_again"),
    ),
    Index(
        "person_merges_proposed_to_be_undone",
        "number",
        sqlite_where=text("undo_proposal IS NOT NULL AND undone_at IS NULL"),
        postgresql_where=text("undo_proposal IS NOT NULL AND undone_at IS NULL"),
    ),
    Index(
        "person_merges_books",
        "number",
        sqlite_where=text("superseded_document != '' AND NOT book_settled"),
        postgresql_where=text("superseded_document != '' AND NOT book_settled"),
    ),
)
