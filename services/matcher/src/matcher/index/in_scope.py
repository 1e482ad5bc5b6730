"""Which encounters may a search find? Told for the rows that are asked for, and for no others."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.jit import compiled, inlined

Rows = NDArray[np.int64]
NO_LIMIT = np.iinfo(np.int64).max
"""Change before which all encounters were added."""


class ScopeLimits(NamedTuple):
    """A scope as numbers, beside the columns of encounters that it is compared with.

    The first four are by row of the encounter. added_before: NO_LIMIT if there is none.
    except_encounter, except_person: rows; NO_ROW if there is none. galleries_limited: whether only
    encounters are in scope whose set of galleries is in searched_galleries, bool by its number.
    """

    in_use: NDArray[np.bool_]
    person: NDArray[np.int32]
    added: NDArray[np.int64]
    galleries: NDArray[np.int32]
    added_before: int
    except_encounter: int
    except_person: int
    galleries_limited: bool
    searched_galleries: NDArray[np.bool_]


class InScope:
    """Whether an encounter is in scope, by its row: a column that nobody has to fill."""

    def __init__(self, limits: ScopeLimits) -> None:
        self.limits = limits

    def __getitem__(self, rows: NDArray[np.integer]) -> NDArray[np.bool_]:
        """Return whether these encounters are in scope, bool (n,); no encounter is in row -1."""
        return _in_scope(rows, self.limits)

    def partition(self, rows: NDArray[np.integer]) -> tuple[Rows, Rows]:
        """Return those of these rows that are in scope, and the other ones in use."""
        inside, outside = _partition(rows, self.limits)
        return inside, outside

    @cached_property
    def all_rows(self) -> tuple[Rows, Rows]:
        """All encounters in scope, and all others: a pass over the columns."""
        return self.partition(np.arange(len(self.limits.in_use)))


@inlined
def is_in_scope(row: int, limits: ScopeLimits) -> bool:
    """Return whether an encounter is in scope."""
    return (
        row >= 0
        and limits.in_use[row]
        and limits.added[row] < limits.added_before
        and row != limits.except_encounter
        and limits.person[row] != limits.except_person
        and (not limits.galleries_limited or limits.searched_galleries[limits.galleries[row]])
    )


@compiled
def _in_scope(rows: NDArray[np.integer], limits: ScopeLimits) -> NDArray[np.bool_]:
    found = np.empty(len(rows), np.bool_)
    for k in range(len(rows)):
        found[k] = is_in_scope(rows[k], limits)
    return found


@compiled
def _partition(rows: NDArray[np.integer], limits: ScopeLimits) -> tuple[Rows, Rows]:
    parts = np.empty(len(rows), np.int64)
    inside, outside = 0, len(rows)
    for row in rows:
        if is_in_scope(row, limits):
            parts[inside] = row
            inside += 1
        elif limits.in_use[row]:
            outside -= 1
            parts[outside] = row
    return parts[:inside], parts[outside:]
