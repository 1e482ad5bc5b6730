"""Which segments of a position are written anew, and what is left of them?"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import chain

import numpy as np

from matcher.index.finger_segment import NO_OWNER, FingerSegment, Rows
from matcher.index.index_columns import FingerColumns

_SEALED_FINGERS = 4_096
"""Fingers in memory from which they are written to a file: about 13 MB."""
_MOST_FINGERS = 262_144
"""Segments are not joined to larger ones: to forget one finger costs a file at most, 850 MB."""
_SMALL = 2
"""A segment is written anew with others if it is at most so many times as large as they."""
PURGE_STEPS = 8
"""So many purges leave no removed finger in a file; the disk needs room for the files of one."""
_COPIED_AT_ONCE = 1_024
"""Rows: about 4 MB, 2 ms in which no other thread runs Python."""


class Joining(Enum):
    """When are small segments written anew as one? AS_USUAL: beside one that is as small, so that
    searches meet few. WHEN_FULL: when they fill one that is never written anew, while an index is
    loaded that nobody searches: twice in all, where 1.6 million fingers took five times. NOW: all.
    """

    AS_USUAL = auto()
    WHEN_FULL = auto()
    NOW = auto()


@dataclass(frozen=True, slots=True)
class CompactionRules:
    """to_files: whether segments are sealed; else they stay in memory. purge: whether files that
    hold removed fingers are written anew, however few these are: a part of the files at once."""

    to_files: bool
    purge: bool
    joining: Joining = Joining.AS_USUAL


@dataclass(frozen=True, slots=True, eq=False)
class Compaction:
    """Segments to be written anew, their numbers, and the owners of their rows when it began."""

    segments: tuple[FingerSegment, ...]
    numbers: tuple[int, ...]
    owners: Sequence[Rows]

    def present_rows(self, at_once: int) -> Iterator["MovedRows"]:
        """Yield the rows that were present when it began, so many at a time."""
        for segment, owners in zip(self.segments, self.owners, strict=True):
            rows = np.flatnonzero(owners != NO_OWNER)
            for start in range(0, len(rows), at_once):
                some = rows[start : start + at_once]
                yield MovedRows(segment, some, owners[some])

    def parts(self) -> Iterator[FingerColumns]:
        """Copy the fingers of these rows, some at a time."""
        for some in self.present_rows(_COPIED_AT_ONCE):
            yield some.segment.columns(some.rows, some.owners)


@dataclass(frozen=True, slots=True, eq=False)
class MovedRows:
    """Rows of a segment that are moved to another, and their owners when that began."""

    segment: FingerSegment
    rows: Rows
    owners: Rows


def segments_to_compact(
    segments: Mapping[int, FingerSegment], tail: int, rules: CompactionRules
) -> list[tuple[int, ...]]:
    """Return the numbers of segments to be written anew, those in groups that become one each.

    They are those that have lost many rows, those to be sealed or purged, and those that are small
    beside these, so that there are never many. tail: the number of the one that grows. Of a purge,
    they are only so many that the disk has room for the new beside the old.
    """
    sizes = {number: len(segment) for number, segment in segments.items()}
    due = {number for number in segments if _is_due(segments[number], number == tail, rules)}
    others = segments.keys() - due - {tail}
    if rules.joining is not Joining.AS_USUAL:
        others = {number for number in others if sizes[number] <= _MOST_FINGERS // 2}
    is_full = sum(sizes[number] for number in due | others) >= _MOST_FINGERS
    if rules.joining is Joining.WHEN_FULL and not is_full:
        others = set()
    groups: list[list[int]] = []
    for number in chain(sorted(due, key=sizes.__getitem__), sorted(others, key=sizes.__getitem__)):
        for group in groups:
            together = sum(sizes[each] for each in group)
            is_small = sizes[number] <= _SMALL * together or rules.joining is not Joining.AS_USUAL
            if (number in due or is_small) and sizes[number] + together <= _MOST_FINGERS:
                group.append(number)
                break
        else:
            if number in due or rules.joining is Joining.NOW:
                groups.append([number])
    groups = [group for group in groups if len(group) > 1 or group[0] in due]
    at_once = math.ceil(len(segments) / PURGE_STEPS) if rules.purge else len(groups)
    return [tuple(group) for group in groups[:at_once]]


def _is_due(segment: FingerSegment, is_tail: bool, rules: CompactionRules) -> bool:
    if segment.needs_compaction():
        return True
    if segment.file is not None:
        return rules.purge and bool(segment.removed)
    return rules.to_files and (not is_tail or segment.row_count >= _SEALED_FINGERS)
