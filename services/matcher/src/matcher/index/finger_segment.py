"""What does the index hold of many fingers of one position, and how is a row taken out of it?"""

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.comparator import PreparedFinger
from matcher.comparison.descriptor_votes import Votes
from matcher.domain.index_entry import FingerFeatures
from matcher.embedding.embedding_network import EMBEDDING_SIZE
from matcher.index.embedding_codes import EmbeddingCodes, Query, keep_best
from matcher.index.faiss_descriptor_lists import FaissDescriptorLists
from matcher.index.growable_array import GrowableArray
from matcher.index.index_columns import FingerColumns
from matcher.index.minutiae_columns import MinutiaeColumns
from matcher.index.segment_file import ListSizes, SegmentFile, touch

Rows = NDArray[np.int64]
"""Row numbers, int64 (n,)."""
NO_OWNER = -1
"""Owner of a row whose finger was removed."""
_COMPACTION_SHARE = 0.05
"""Share of removed rows above which a segment is compacted."""
_COMPACTION_MINIMUM = 64
"""Removed rows up to which it never is."""
_SEARCHED_COLUMNS = (
    "inverted", "bounds", "upper_bits", "geometry", "descriptors", "minutia_index"
)  # fmt: skip
"""Columns of a file that every search reads."""
_READ_AT_ONCE = 4_096
"""Embeddings read at once: 4 MB as they are multiplied."""


class FingerSegment:
    """Fingers of one position by row, and the row of the encounter of each.

    Of each finger it holds the embedding, a code of it, the prepared minutiae, and the descriptors
    of the best of these once more in inverted lists.

    Not thread-safe: searches may run at the same time, a change must run alone. A removed row is
    left out of results, is to be overwritten, and takes room until the others were copied.

    file: where they lie, belonging to nobody yet; only their owners are in memory then, and nothing
    is appended or overwritten. None for none, in memory.
    """

    def __init__(self, file: SegmentFile | None = None) -> None:
        self.file = file
        self._embeddings = GrowableArray(np.float16, EMBEDDING_SIZE)
        self._codes = EmbeddingCodes()
        self._owner = GrowableArray(np.int64)
        if file is not None:
            fingers = file.facts.fingers
            self._embeddings = GrowableArray.over(file.columns["embedding"])
            self._codes = EmbeddingCodes.over(
                file.columns["upper_bits"], file.columns["lower_bits"], fingers
            )
            self._owner = GrowableArray.over(np.full(fingers, NO_OWNER))
            for name in _SEARCHED_COLUMNS:
                touch(file.columns[name])
        self._minutiae = MinutiaeColumns(file)
        self._descriptors = FaissDescriptorLists(file)
        self._present = 0

    def __len__(self) -> int:
        """Return how many fingers there are, removed ones left out."""
        return self._present

    @property
    def row_count(self) -> int:
        """How many rows there are, removed ones included."""
        return len(self._owner)

    @property
    def owner(self) -> Rows:
        """Rows of the encounters whose fingers these are, int64 (rows,); NO_OWNER if removed."""
        return self._owner.rows

    @property
    def size_bytes(self) -> int:
        """Memory used, bytes; a file that is mapped is not counted."""
        if self.file is not None:
            return self.owner.nbytes
        parts = self._codes, self._minutiae, self._descriptors
        columns = self.owner.nbytes + self._embeddings.rows.nbytes
        return columns + sum(part.size_bytes for part in parts)

    def extend(self, fingers: FingerColumns, owners: Rows) -> range:
        """Append fingers and return their rows. owners: rows of their encounters."""
        first = len(self._owner)
        self._embeddings.extend([fingers.embedding])
        self._codes.add(fingers.embedding)
        self._minutiae.extend(fingers)
        self._owner.extend([owners])
        self._present += int(np.count_nonzero(owners != NO_OWNER))
        rows = range(first, len(self._owner))
        descriptors = self._minutiae.listed_descriptors(np.array(rows, np.int64), fingers.lists)
        self._descriptors.extend(descriptors, fingers.lists)
        return rows

    def take_over(self, rows: Rows, owners: Rows) -> None:
        """Put rows that nobody owns into use."""
        self.owner[rows] = owners
        self._present += len(rows)

    def remove(self, rows: Rows) -> None:
        """Take present rows out of all searches. They keep what they hold until overwritten."""
        self.owner[rows] = NO_OWNER
        self._present -= len(rows)

    def overwrite(self, row: int) -> None:
        """Overwrite what a removed row holds in memory; a file is to be written anew for that."""
        if self.file is not None:
            return
        self._minutiae.overwrite(row)
        self._descriptors.overwrite(row)
        self._codes.overwrite(row)
        self._embeddings.rows[row] = 0

    def keep_best(self, query: Query, persons: NDArray[np.int32], best: NDArray[np.int16]) -> None:
        """Raise the similarity of each person to that of its most similar row, by codes.

        query: of the probe, see `query_of`. persons: by encounter, the last for removed rows.
        best: by person.
        """
        keep_best(*query, *self._codes.halves, self.owner, persons, best)

    def votes(self, probe: FingerFeatures) -> tuple[Rows, Votes]:
        """Return the rows that local descriptors of the probe vote for, rising, and the votes."""
        return self._descriptors.votes(probe.prepared.descriptors, probe.lists)

    def similarities(self, embedding: NDArray[np.float32], rows: Rows) -> NDArray[np.float32]:
        """Return the inner products of an embedding with those of these rows, float32 (n,)."""
        similarities = np.empty(len(rows), np.float32)
        for start in range(0, len(rows), _READ_AT_ONCE):
            some = slice(start, start + _READ_AT_ONCE)
            similarities[some] = self._embeddings.rows[rows[some]].astype(np.float32) @ embedding
        return similarities

    def prefilter_scores(self, probe: PreparedFinger, rows: Rows) -> NDArray[np.float32]:
        """Return the prefilter scores of these rows, float32 (n,), 0 or more."""
        return self._minutiae.prefilter_scores(probe, rows)

    def prepared(self, row: int) -> PreparedFinger:
        """Return a copy of the prepared minutiae of a row."""
        return self._minutiae.take(row)

    def columns(self, rows: Rows, owner: Rows) -> FingerColumns:
        """Return a copy of these rows. owner: what is to be told of their encounters."""
        return FingerColumns(
            owner,
            self._embeddings.rows[rows],
            *self._minutiae.columns(rows),
            self._descriptors.take_all(rows),
            self._minutiae.maps(rows),
        )

    def are_coded_right(self, rows: Rows) -> NDArray[np.bool_]:
        """Return of which rows the code is that of the embedding, bool (n,)."""
        return self._codes.are_of(rows, self._embeddings.rows[rows])

    def list_sizes(self, rows: Rows) -> ListSizes:
        """Return how many descriptors of these rows are in each inverted list."""
        return self._descriptors.sizes(rows)

    def minutiae(self, rows: Rows) -> int:
        """Return how many minutiae these rows have."""
        return self._minutiae.count(rows)

    def have_maps(self, rows: Rows) -> bool:
        """Return whether any of these rows has a map of its ridges."""
        return self._minutiae.have_maps(rows)

    @property
    def removed(self) -> int:
        """How many rows are removed."""
        return self.row_count - self._present

    def needs_compaction(self) -> bool:
        """Return whether so many rows are removed that a compacted copy is worth its time."""
        return self.removed > max(_COMPACTION_MINIMUM, _COMPACTION_SHARE * self.row_count)
