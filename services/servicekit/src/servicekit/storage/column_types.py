"""Which column types behave the same in SQLite and PostgreSQL where SQLAlchemy's own do not?"""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, TypeDecorator


class UtcDateTime(TypeDecorator[datetime]):
    """A timestamp column whose values are aware datetimes in UTC.

    SQLite has no time zones: the stored value is a naive datetime in UTC there.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the value to store: in UTC, naive for SQLite."""
        if value is None:
            return None
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored value as an aware datetime."""
        if value is None or value.tzinfo:
            return value
        return value.replace(tzinfo=UTC)
