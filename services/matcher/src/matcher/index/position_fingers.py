"""Where are the fingers of one position: in which segment, in which row, and of whom?

Rows are numbered by segment, and numbers are never used again: a row stays what it is until its
finger is removed, or moved to another segment while its encounter is told.
"""

from collections.abc import Collection, Iterator
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import PreparedFinger
from matcher.comparison.descriptor_votes import Votes
from matcher.domain.index_entry import FingerFeatures
from matcher.index.compaction_plan import (
    Compaction,
    CompactionRules,
    MovedRows,
    segments_to_compact,
)
from matcher.index.embedding_codes import Query
from matcher.index.finger_segment import NO_OWNER, FingerSegment, Rows
from matcher.index.growable_array import GrowableArray
from matcher.index.id_table import NO_ROW
from matcher.index.index_columns import (
    FingerColumns,
    SealedFingers,
    are_same,
    joined,
    numbered,
    place_of,
    split,
)
from matcher.index.segment_file import SegmentFile


class PositionFingers:
    """Fingers of one position, in segments: the last one grows, the others only lose rows.

    Not thread-safe: searches may run at the same time, a change must run alone. finger_rows: by row
    of the encounter, int64; NO_ROW where it has no finger of this position.
    """

    def __init__(self, encounters: int) -> None:
        self._segments: dict[int, FingerSegment] = {}
        self._last_number = 0
        self._tail = self.add_segment(FingerSegment())
        self._compacted: frozenset[int] = frozenset()  # segments that are being written anew
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
        return numbered(self._tail, np.array(rows))

    def give(self, rows: Rows, encounters: Rows) -> None:
        """Let searches find fingers that nobody owns, as those of these encounters.

        Raises ValueError if somebody does.
        """
        if len(np.unique(rows)) < len(rows) or (self.owners(rows) != NO_OWNER).any():
            raise ValueError("a finger is there twice")
        for segment, indices, of_segment in self._places(rows):
            segment.take_over(of_segment, encounters[indices])
        self.finger_rows.rows[encounters] = rows

    def remove(self, encounter: int) -> None:
        """Take the finger of an encounter, if it has one, out of all searches."""
        if (row := int(self.finger_rows.rows[encounter])) != NO_ROW:
            segment, row_of_segment = self._place(row)
            if segment.owner[row_of_segment] == encounter:
                segment.remove(np.array([row_of_segment]))

    def wipe(self, encounter: int) -> None:
        """Overwrite what memory holds of the finger of an encounter that was removed."""
        if (row := int(self.finger_rows.rows[encounter])) == NO_ROW:
            return
        number, row_of_segment = place_of(row)
        segment = self._segments.get(number)  # None if it was left behind by a compaction
        if segment is not None and segment.owner[row_of_segment] == NO_OWNER:
            segment.overwrite(row_of_segment)
        self.finger_rows.rows[encounter] = NO_ROW

    def holds(self, encounters: Rows, fingers: FingerColumns) -> NDArray[np.bool_]:
        """Return which of these fingers encounters have already, and may keep, bool (n,).

        encounters: that of each finger; NO_ROW for a new one.
        """
        if not (encounters != NO_ROW).any():
            return np.zeros(len(encounters), np.bool_)
        each = zip(encounters.tolist(), split(fingers, 1), strict=True)
        return np.array([self._holds(encounter, finger) for encounter, finger in each])

    def release(self, encounters: Rows) -> Rows:
        """Take the fingers of encounters from them, to be given to others; return their rows."""
        rows = self.finger_rows.rows[encounters]
        for segment, _, of_segment in self._places(rows):
            segment.remove(of_segment)
        return rows

    def owners(self, rows: Rows) -> Rows:
        """Return the rows of the encounters whose fingers these are; NO_OWNER where removed."""
        owners = np.empty(len(rows), np.int64)
        for segment, indices, of_segment in self._places(rows):
            owners[indices] = segment.owner[of_segment]
        return owners

    def keep_best(self, query: Query, persons: NDArray[np.int32], best: NDArray[np.int16]) -> None:
        """Raise the similarity of each person to that of its most similar finger, by codes.

        query: of the probe, see `query_of`. persons: by encounter, the last for removed fingers.
        best: by person.
        """
        for segment in self._segments.values():
            segment.keep_best(query, persons, best)

    def votes(self, probe: FingerFeatures) -> tuple[Rows, Votes]:
        """Return the encounters whose fingers local descriptors vote for, and the votes.

        NO_OWNER for a removed finger.
        """
        encounters, votes = [np.empty(0, np.int64)], [np.empty(0, np.float32)]
        for segment in self._segments.values():
            if len(segment):
                rows, of_rows = segment.votes(probe)
                encounters.append(segment.owner[rows])
                votes.append(of_rows)
        return np.concatenate(encounters), np.concatenate(votes)

    def similarities(self, finger: FingerFeatures, rows: Rows) -> NDArray[np.float32]:
        """Return the inner products of a finger's embedding with these rows, float32 (n,)."""
        embedding, scores = finger.embedding.astype(np.float32), np.empty(len(rows), np.float32)
        for segment, indices, of_segment in self._places(rows):
            scores[indices] = segment.similarities(embedding, of_segment)
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

    def are_right(self, encounters: Rows) -> NDArray[np.bool_]:
        """Return which encounters' fingers are their own, and coded as their embeddings, bool (n,).

        That is true of one without a finger.
        """
        rows = self.finger_rows.rows[encounters]
        present = np.flatnonzero(rows != NO_ROW)
        right = np.ones(len(rows), np.bool_)
        for segment, indices, of_segment in self._places(rows[present]):
            is_own = segment.owner[of_segment] == encounters[present[indices]]
            right[present[indices]] = is_own & segment.are_coded_right(of_segment)
        return right

    def files(self) -> dict[int, SegmentFile]:
        """Return the files of sealed segments, by number of the segment."""
        segments = self._segments.items()
        return {number: each.file for number, each in segments if each.file is not None}

    def is_purged(self) -> bool:
        """Return whether no file holds a finger that was removed."""
        return not any(each.removed for each in self._segments.values() if each.file is not None)

    def columns(self, encounters: Rows, files: Collection[int]) -> FingerColumns | None:
        """Return a copy of the fingers of encounters that are not wiped, None if there are none.

        The owner of each finger is the index of its encounter among these. files: numbers of
        segments whose fingers are left out.
        """
        rows = self.finger_rows.rows[encounters]
        index = np.flatnonzero((rows != NO_ROW) & ~self._is_in(rows, files))
        parts = [
            segment.columns(of_segment, index[indices])
            for segment, indices, of_segment in self._places(rows[index])
        ]
        return joined(parts) if parts else None

    def sealed(self, encounters: Rows, files: Collection[int]) -> SealedFingers:
        """Return where those fingers of encounters are that `columns` leaves out."""
        rows = self.finger_rows.rows[encounters]
        index = np.flatnonzero(self._is_in(rows, files))
        return SealedFingers(index, rows[index])

    def needs_compaction(self, rules: CompactionRules) -> bool:
        """Return whether there are segments to be written anew."""
        return bool(segments_to_compact(self._segments, self._tail, rules))

    def begin_compaction(
        self, spare: FingerSegment, rules: CompactionRules
    ) -> list[tuple[int, ...]]:
        """Return the numbers of the segments to be written anew, in groups that become one each.

        No finger of them may be wiped until `end_compaction`. spare: an empty one, which grows from
        now on if the last is among them.
        """
        groups = segments_to_compact(self._segments, self._tail, rules)
        self._compacted = frozenset(chain.from_iterable(groups))
        if self._tail in self._compacted:
            self._tail = self.add_segment(spare)
        return groups

    def compaction_of(self, group: tuple[int, ...]) -> Compaction:
        """Return what is left now of a group of segments to be written anew."""
        segments = tuple(self._segments[number] for number in group)
        return Compaction(segments, group, [segment.owner.copy() for segment in segments])

    def add_segment(self, segment: FingerSegment) -> int:
        """Put a segment beside the others, of whose rows none is in use yet; return its number."""
        self._last_number += 1
        self._segments[self._last_number] = segment
        return self._last_number

    def move(self, number: int, first: int, moved: MovedRows) -> None:
        """Let the next rows of a compacted segment take the place of those that were copied.

        number: of that segment; first: the first of these rows.
        """
        rows = np.arange(first, first + len(moved.rows))
        present = moved.segment.owner[moved.rows] == moved.owners
        self._segments[number].take_over(rows[present], moved.owners[present])
        moved.segment.remove(moved.rows[present])
        self.finger_rows.rows[moved.owners] = numbered(number, rows)

    def forget(self, compaction: Compaction) -> None:
        """Forget segments that were written anew."""
        for number in compaction.numbers:
            del self._segments[number]

    def end_compaction(self) -> None:
        """End what `begin_compaction` began."""
        self._compacted = frozenset()

    def _holds(self, encounter: int, finger: FingerColumns) -> bool:
        if encounter == NO_ROW or (row := int(self.finger_rows.rows[encounter])) == NO_ROW:
            return False
        number, row_of_segment = place_of(row)
        if number in self._compacted:
            return False
        segment = self._segments[number]
        rows = np.array([row_of_segment])
        is_own = segment.owner[row_of_segment] == encounter
        return bool(is_own) and are_same(segment.columns(rows, rows), finger)

    def _is_in(self, rows: Rows, numbers: Collection[int]) -> NDArray[np.bool_]:
        return np.isin(place_of(rows)[0], [*numbers])

    def _place(self, row: int) -> tuple[FingerSegment, int]:
        number, row_of_segment = place_of(row)
        return self._segments[number], row_of_segment

    def _places(self, rows: Rows) -> Iterator[tuple[FingerSegment, Rows, Rows]]:
        """Yield each segment, the indices of those rows that are in it, and their rows there."""
        numbers, of_segments = place_of(rows)
        for number in np.unique(numbers).tolist():
            indices = np.flatnonzero(numbers == number)
            yield self._segments[number], indices, of_segments[indices]
