"""Where are the fingers of one position: in which segment, in which row, and of whom?

Rows are numbered by segment, and numbers are never used again: a row stays what it is until its
finger is removed, or moved to another segment while its encounter is told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import PreparedFinger
from matcher.comparison.descriptor_votes import Votes
from matcher.domain.index_entry import FingerFeatures
from matcher.index.faiss_embeddings import Query, Rows, Similarities
from matcher.index.finger_segment import NO_OWNER, FingerSegment
from matcher.index.growable_array import GrowableArray
from matcher.index.id_table import NO_ROW
from matcher.index.index_columns import FingerColumns, joined

_SEGMENT_BITS = 32
"""A row number is the number of its segment, then 32 bits for its row there."""
_ROW_OF_SEGMENT = (1 << _SEGMENT_BITS) - 1
_SMALL = 2
"""A segment is written anew with others if it has at most so many times as many rows as they."""


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


@dataclass(frozen=True, slots=True, eq=False)
class MovedRows:
    """Rows of a segment that are moved to another, and their owners when that began."""

    segment: FingerSegment
    rows: Rows
    owners: Rows


class PositionFingers:
    """Fingers of one position, in segments: the last one grows, the others only lose rows.

    Not thread-safe: searches may run at the same time, a change must run alone. finger_rows: by row
    of the encounter, int64; NO_ROW where it has no finger of this position.
    """

    def __init__(self, encounters: int) -> None:
        self._segments: dict[int, FingerSegment] = {}
        self._last_number = 0
        self._tail = self._add_segment(FingerSegment())
        self.finger_rows = GrowableArray(np.int64, blank=NO_ROW)
        self.finger_rows.lengthen(encounters)

    def __len__(self) -> int:
        """Return how many fingers there are, removed ones left out."""
        return sum(map(len, self._segments.values()))

    @property
    def size_bytes(self) -> int:
        """Memory used, bytes."""
        segments = self._segments.values()
        return self.finger_rows.rows.nbytes + sum(segment.size_bytes for segment in segments)

    def append(self, fingers: FingerColumns) -> Rows:
        """Append fingers that no search finds until they are given to encounters; return rows."""
        nobody = np.full(len(fingers.owner), NO_OWNER)
        rows = self._segments[self._tail].extend(fingers, nobody)
        return _numbered(self._tail, np.array(rows))

    def give(self, rows: Rows, encounters: Rows) -> None:
        """Let searches find fingers that nobody owns, as those of these encounters."""
        for segment, indices, of_segment in self._places(rows):
            segment.take_over(of_segment, encounters[indices])
        self.finger_rows.rows[encounters] = rows

    def remove(self, encounter: int) -> None:
        """Take the finger of an encounter, if it has one, out of all searches."""
        if (row := int(self.finger_rows.rows[encounter])) != NO_ROW:
            segment, row_of_segment = self._place(row)
            segment.remove(row_of_segment)

    def wipe(self, encounter: int) -> None:
        """Overwrite what memory holds of the finger of an encounter that was removed."""
        if (row := int(self.finger_rows.rows[encounter])) == NO_ROW:
            return
        if row >> _SEGMENT_BITS in self._segments:  # otherwise it was left behind by a compaction
            segment, row_of_segment = self._place(row)
            segment.overwrite(row_of_segment)
        self.finger_rows.rows[encounter] = NO_ROW

    def owners(self, rows: Rows) -> Rows:
        """Return the rows of the encounters whose fingers these are; NO_OWNER where removed."""
        owners = np.empty(len(rows), np.int64)
        for segment, indices, of_segment in self._places(rows):
            owners[indices] = segment.owner[of_segment]
        return owners

    def nearest(self, query: Query, count: int) -> tuple[Rows, float]:
        """Return the rows of the most similar embeddings, and the limit of all other similarities.

        count: rows to consider; removed ones among them are left out of the result. The limit is
        -inf if there are no other rows.
        """
        found = [(number, each.nearest(query, count)) for number, each in self._segments.items()]
        rows = np.concatenate([_numbered(number, of_segment) for number, (of_segment, _) in found])
        similarities = np.concatenate([of_segment for _, (_, of_segment) in found])
        first = np.lexsort((rows, -similarities))[:count]
        is_all = len(first) == sum(segment.row_count for segment in self._segments.values())
        others = -np.inf if is_all else float(similarities[first[-1]])
        return rows[first][self.owners(rows[first]) != NO_OWNER], others

    def votes(self, probe: FingerFeatures) -> tuple[Rows, Votes]:
        """Return the rows that local descriptors of the probe vote for, rising, and the votes."""
        found = [(number, each.votes(probe)) for number, each in sorted(self._segments.items())]
        return (
            np.concatenate([_numbered(number, rows) for number, (rows, _) in found]),
            np.concatenate([votes for _, (_, votes) in found]),
        )

    def similarities(self, finger: FingerFeatures, rows: Rows) -> Similarities:
        """Return the inner products of a finger's embedding with these rows, float32 (n,)."""
        query, scores = finger.embedding.astype(np.float32), np.empty(len(rows), np.float32)
        for segment, indices, of_segment in self._places(rows):
            scores[indices] = segment.similarities(query, of_segment)
        return scores

    def prefilter_scores(self, finger: FingerFeatures, rows: Rows) -> NDArray[np.float32]:
        """Return the prefilter scores of these rows, float32 (n,), 0 or more."""
        scores = np.empty(len(rows), np.float32)
        for segment, indices, of_segment in self._places(rows):
            scores[indices] = segment.prefilter_scores(finger.prepared, of_segment)
        return scores

    def prepared(self, encounter: int) -> PreparedFinger | None:
        """Return a copy of the prepared minutiae of an encounter's finger."""
        if (row := int(self.finger_rows.rows[encounter])) == NO_ROW:
            return None
        segment, row_of_segment = self._place(row)
        return segment.prepared(row_of_segment)

    def finger(self, encounter: int) -> FingerFeatures | None:
        """Return a copy of an encounter's finger; None if there is none that is the encounter's."""
        if (row := int(self.finger_rows.rows[encounter])) == NO_ROW:
            return None
        segment, row_of_segment = self._place(row)
        is_own = segment.owner[row_of_segment] == encounter
        return segment.finger(row_of_segment) if is_own else None

    def columns(self, encounters: Rows) -> FingerColumns | None:
        """Return a copy of the fingers of encounters that are not wiped, None if there are none.

        The owner of each finger is the index of its encounter among these.
        """
        rows = self.finger_rows.rows[encounters]
        index = np.flatnonzero(rows != NO_ROW)
        parts = [
            segment.columns(of_segment, index[indices])
            for segment, indices, of_segment in self._places(rows[index])
        ]
        return joined(parts) if parts else None

    def needs_compaction(self) -> bool:
        """Return whether a segment has lost so many rows that it is to be written anew."""
        return any(segment.needs_compaction() for segment in self._segments.values())

    def begin_compaction(self, spare: FingerSegment) -> "Compaction":
        """Choose the segments to be written anew, as one. No finger of them may be wiped until
        `end_compaction`.

        They are those that have lost many rows, and those that are small beside these, so that
        there are never many. spare: an empty one, which grows from now on if the last is chosen.
        """
        chosen = [n for n, segment in self._segments.items() if segment.needs_compaction()]
        others = sorted({*self._segments} - {*chosen, self._tail}, key=self._row_count)
        for number in others:
            if self._row_count(number) <= _SMALL * sum(map(self._row_count, chosen)):
                chosen.append(number)
        if self._tail in chosen:
            self._tail = self._add_segment(spare)
        owners = [self._segments[number].owner.copy() for number in chosen]
        return Compaction(tuple(self._segments[number] for number in chosen), tuple(chosen), owners)

    def use_compacted(self, compacted: FingerSegment) -> int:
        """Put a segment beside the others, of whose rows none is in use yet; return its number."""
        return self._add_segment(compacted)

    def move(self, number: int, first: int, moved: "MovedRows") -> None:
        """Let the next rows of a compacted segment take the place of those that were copied.

        number: of that segment; first: the first of these rows.
        """
        rows = np.arange(first, first + len(moved.rows))
        present = moved.segment.owner[moved.rows] == moved.owners
        self._segments[number].take_over(rows[present], moved.owners[present])
        moved.segment.give_up(moved.rows[present])
        self.finger_rows.rows[moved.owners] = _numbered(number, rows)

    def end_compaction(self, compaction: "Compaction") -> None:
        """Forget the segments that were written anew."""
        for number in compaction.numbers:
            del self._segments[number]

    def _add_segment(self, segment: FingerSegment) -> int:
        self._last_number += 1
        self._segments[self._last_number] = segment
        return self._last_number

    def _row_count(self, number: int) -> int:
        return self._segments[number].row_count

    def _place(self, row: int) -> tuple[FingerSegment, int]:
        return self._segments[row >> _SEGMENT_BITS], row & _ROW_OF_SEGMENT

    def _places(self, rows: Rows) -> Iterator[tuple[FingerSegment, Rows, Rows]]:
        """Yield each segment, the indices of those rows that are in it, and their rows there."""
        numbers = rows >> _SEGMENT_BITS
        for number in np.unique(numbers).tolist():
            indices = np.flatnonzero(numbers == number)
            yield self._segments[number], indices, rows[indices] & _ROW_OF_SEGMENT


def _numbered(number: int, rows: Rows) -> Rows:
    return rows + (number << _SEGMENT_BITS)
