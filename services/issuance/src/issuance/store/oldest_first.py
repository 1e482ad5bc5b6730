"""One list of rows of several tables, oldest first, in pages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from servicekit.storage.column_types import UtcDateTime
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Row,
    Select,
    String,
    and_,
    bindparam,
    literal,
    or_,
    select,
    union_all,
)


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
    """Return the query for a page of positions. kinds: each selects `since` and `key`."""
    rows = union_all(*kinds).subquery().c
    statement = select(rows.since, rows.key)
    if after is not None:
        since: BindParameter[datetime] = bindparam("after", after.since, UtcDateTime)
        later = and_(rows.since == since, rows.key > after.key)
        statement = statement.where(or_(rows.since > since, later))
    return statement.order_by(rows.since, rows.key).limit(size)


def position(row: Row[Any]) -> ListPosition:
    """Return the position that a row of the query stands for."""
    return ListPosition(row.since, row.key)
