"""What applications are found by, and who searched."""

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table

from issuance.domain.search import SearchCriteria
from issuance.store.column_types import JsonOf
from issuance.store.tables.metadata import metadata


def _by_code(text_type: String) -> String:
    """Return a type of text that is compared by the codes of its characters."""
    return text_type.with_variant(String(text_type.length, collation="C"), "postgresql")


# Words of the holder's name and the day of birth, by which a case is found. PostgreSQL compares
# characters by their codes here, as SQLite does.
search_terms = Table(
    "search_terms",
    metadata,
    Column("case", String(64), ForeignKey("applications.id"), primary_key=True),
    Column("term", _by_code(String(64)), primary_key=True),
    Column("office", String(8), nullable=False),
    Index("search_terms_of_office", "office", "term"),
    Index("search_terms_of_all", "term"),
)

# Who searched for what, until that is erased.
searches = Table(
    "searches",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by", String, nullable=False),
    Column("on_behalf_of", String, nullable=False),
    # Of who searched, as the identity has it: any word, also one that is no id of an office.
    Column("office", String, nullable=False, server_default=""),
    Column("criteria", JsonOf(SearchCriteria), nullable=False),
    Column("found", Integer, nullable=False),
    Index("searches_at", "at", "number"),
    Index("searches_of_office", "office", "at", "number"),
    Index("searches_by", "by", "at"),
    Index("searches_on_behalf_of", "on_behalf_of", "at"),
)
