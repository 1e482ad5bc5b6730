"""One list of rows of several tables, oldest first, in pages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import ColumnElement, Row, Select, String, literal, or_, select, union_all


class ListPosition(NamedTuple):
    """Place of a row in the list: since when it is there, and its key, unique in the list."""

    since: datetime
    key: str


def keyed(prefix: str, id: ColumnElement[str]) -> ColumnElement[str]:
    """Return the key of a row: the prefix of its kind and its id."""
    return literal(prefix, String).concat(id)


def oldest_first(
    kinds: Sequence[Select[Any]], after: ListPosition | None, size: int
) -> Select[tuple[datetime, str]]:
    """Return the query for a page of positions. kinds: each selects `since` and `key`.

    Of each kind no more rows are read than the page has, so that an index may tell which.
    """
    rows = union_all(*(_first_of(kind, after, size) for kind in kinds)).subquery().c
    return select(rows.since, rows.key).order_by(rows.since, rows.key).limit(size)


def _first_of(kind: Select[Any], after: ListPosition | None, size: int) -> Select[Any]:
    c = kind.selected_columns
    if after is not None:
        since = literal(after.since, UtcDateTime())
        kind = kind.where(c.since >= since, or_(c.since > since, c.key > after.key))
    return select(kind.order_by(c.since, c.key).limit(size).subquery())


def position(row: Row[Any]) -> ListPosition:
    """Return the position that a row of the query stands for."""
    return ListPosition(row.since, row.key)


def ids(found: Sequence[ListPosition], prefix: str) -> list[str]:
    """Return the ids of the rows of one kind, whose keys have this prefix."""
    return [at.key.removeprefix(prefix) for at in found if at.key.startswith(prefix)]
