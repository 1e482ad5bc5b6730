"""The metadata of all tables, and the parts that several tables have in common."""

from sqlalchemy import Column, ForeignKey, Index, MetaData, String, text

metadata = MetaData()


def unique_where(name: str, column: str, where: str) -> Index:
    """Return a unique index over the rows that fulfil a condition."""
    return Index(name, column, unique=True, sqlite_where=text(where), postgresql_where=text(where))


def case_column() -> Column[str]:
    """Return a column with the id of the application to which a row belongs."""
    return Column("case", String(64), ForeignKey("applications.id"), nullable=False, index=True)
