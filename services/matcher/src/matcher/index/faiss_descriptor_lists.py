"""Which stored fingers have descriptors near those of a probe's best minutiae?

FAISS holds what grows in memory; to use another library, rewrite this class: nothing else knows of
FAISS. Lists in a file are read by `mapped_lists`.
"""

import faiss  # type: ignore[import-untyped, unused-ignore]
import numpy as np
from numpy.typing import NDArray

from matcher.comparison.descriptor import DESCRIPTOR_BITS, Descriptors
from matcher.comparison.descriptor_quantizer import (
    LISTED_MINUTIAE,
    MOST_LISTS,
    MOST_PROBED_LISTS,
    ListNumbers,
)
from matcher.comparison.descriptor_votes import Rows, Votes, descriptor_votes
from matcher.index.growable_array import GrowableArray
from matcher.index.index_columns import NO_LIST, ListedMinutiae
from matcher.index.mapped_lists import Hits, MappedLists
from matcher.index.segment_file import ListSizes, SegmentFile

_RADIUS = 85
"""What is nearer is found: descriptors that differ in at most 84 of 256 bits vote."""
_CODE_BYTES = DESCRIPTOR_BITS // 8
_ID_BYTES = 8
_NO_ROW = -1
"""Row of a descriptor whose finger was removed."""
_THREADS = 1
_NO_ROWS, _NO_VOTES = np.empty(0, np.int64), np.empty(0, np.float32)
_NO_DISTANCES = None
"""Distances of a probe to the centroids: the search makes no use of them."""


class FaissDescriptorLists:
    """The best minutiae's descriptors of one finger position, in inverted lists.

    Not thread-safe: searches may run at the same time, a change must run alone. Which list a
    descriptor belongs to is told from outside, so that lists only grow and nothing is learned from
    what they hold. A removed row's descriptors are overwritten and left out, and take room until
    the owner has copied the others. file: where they lie; None for none, in memory.
    """

    def __init__(self, file: SegmentFile | None = None) -> None:
        self._mapped: MappedLists | None = None
        if file is not None:
            self._lists = GrowableArray.over(file.columns["lists"])
            self._mapped = MappedLists(file.columns["inverted"], file.columns["list_sizes"])
            return
        self._lists = GrowableArray(np.uint16, LISTED_MINUTIAE)  # by row; NO_LIST at the end
        self._unused_quantizer = faiss.IndexBinaryFlat(DESCRIPTOR_BITS)
        self._index = faiss.IndexBinaryIVF(self._unused_quantizer, DESCRIPTOR_BITS, MOST_LISTS)
        self._index.is_trained = True  # as it is told the list of each descriptor
        self._index.nprobe = MOST_PROBED_LISTS

    def __len__(self) -> int:
        return len(self._lists)

    @property
    def size_bytes(self) -> int:
        """Memory that its rows take, bytes; what is reserved for growth is not counted."""
        listed = 0 if self._mapped is not None else int(self._index.ntotal)
        return listed * (_CODE_BYTES + _ID_BYTES) + self._lists.rows.nbytes

    def extend(self, descriptors: Descriptors, lists: ListedMinutiae) -> None:
        """Append one row for each finger: its descriptors, end to end, and their lists."""
        faiss.omp_set_num_threads(_THREADS)
        row, minutia = np.nonzero(lists != NO_LIST)
        numbers, rows = lists[row, minutia].astype(np.int64), row + len(self)
        codes = np.ascontiguousarray(descriptors).view(np.uint8)
        self._lists.extend([lists])
        if not len(codes):
            return
        self._index.add_core(  # type: ignore[attr-defined, unused-ignore]
            len(codes), faiss.swig_ptr(codes), faiss.swig_ptr(rows), faiss.swig_ptr(numbers)
        )

    def sizes(self, rows: Rows) -> ListSizes:
        """Return how many descriptors of these rows belong to each list."""
        lists = self.take_all(rows)
        return np.bincount(lists[lists != NO_LIST], minlength=MOST_LISTS).astype(np.uint64)

    def take_all(self, rows: Rows) -> ListedMinutiae:
        """Return a copy of the lists that the descriptors of rows belong to."""
        return np.asarray(self._lists.rows[rows])

    def overwrite(self, row: int) -> None:
        """Overwrite a row's descriptors with zeros, so that nothing of them stays in memory."""
        for number in np.unique(self.take(row)).tolist():
            codes, rows = self._list(number)
            here = rows == row
            codes[here], rows[here] = 0, _NO_ROW
        self._lists.rows[row] = NO_LIST

    def take(self, row: int) -> ListNumbers:
        """Return a copy of the lists that a row's descriptors belong to, uint16 (m, 1)."""
        numbers = self._lists.rows[row]
        return np.asarray(numbers[numbers != NO_LIST, None])

    def votes(self, descriptors: Descriptors, lists: ListNumbers) -> tuple[Rows, Votes]:
        """Return the rows with descriptors near a probe's, rising, and the votes for each.

        descriptors: of its best minutiae; lists: uint16 (m, k), those probed for each, at most 512.
        """
        if not len(lists):
            return _NO_ROWS, _NO_VOTES
        probe, probed = (
            np.ascontiguousarray(descriptors[: len(lists)]),
            lists[:, :MOST_PROBED_LISTS],
        )
        near = self._near if self._mapped is None else self._mapped.near
        rows, votes = descriptor_votes(*near(probe, probed, _RADIUS))
        present = rows != _NO_ROW
        return rows[present], votes[present]

    def _near(self, descriptors: Descriptors, lists: ListNumbers, radius: int) -> Hits:
        """Return what `MappedLists.near` does, of the lists in memory."""
        # Set for the calling thread: the worker pool, not FAISS, spreads searches over the cores.
        faiss.omp_set_num_threads(_THREADS)
        probed = np.full((len(lists), MOST_PROBED_LISTS), -1, np.int64)  # FAISS leaves out list -1
        probed[:, : lists.shape[1]] = lists
        ends, distances, rows = self._index.range_search_preassigned(
            descriptors.view(np.uint8), radius, probed, _NO_DISTANCES
        )
        return np.diff(ends.astype(np.int64)), rows, distances

    def _list(self, number: int) -> tuple[NDArray[np.uint8], Rows]:
        """Return views of FAISS's own memory, valid until rows are added.

        uint8 (n, bytes), the descriptors of a list, and int64 (n,), their rows.
        """
        lists = self._index.invlists
        size = lists.list_size(number)
        if not size:
            return np.empty((0, _CODE_BYTES), np.uint8), _NO_ROWS
        codes = faiss.rev_swig_ptr(lists.get_codes(number), size * _CODE_BYTES)
        return codes.reshape(size, _CODE_BYTES), faiss.rev_swig_ptr(lists.get_ids(number), size)
