"""The embeddings of one finger position, searched exactly."""

import faiss  # type: ignore[import-untyped, unused-ignore]
import numpy as np
from numpy.typing import NDArray

SIZE = 256
"""Numbers in an embedding."""

GONE = -1
_COMPACT_SHARE = 0.05
_COMPACT_LEAST = 64

Vectors = NDArray[np.float16]
"""float16 (n, 256)."""


class Segment:
    """Rows of vectors, each with its owner's number.

    Not safe against itself: FAISS allows searches beside each other, but nothing beside a change.
    Rows are never removed from the FAISS index, which is where it breaks (issues 4535, 4655), but
    marked and dropped from what a search brings back, until the segment is written anew.
    """

    def __init__(self) -> None:
        self._index = _flat()
        self._owner = np.empty(0, np.int64)
        self._gone = 0

    def __len__(self) -> int:
        return len(self._owner) - self._gone

    @property
    def rows(self) -> int:
        """How many rows there are, those that are gone included."""
        return len(self._owner)

    @property
    def size_bytes(self) -> int:
        """Memory held."""
        return len(self._owner) * (SIZE * 2 + 8)

    def add(self, vectors: Vectors, owners: NDArray[np.int64]) -> range:
        """Append rows; returns their numbers."""
        first = len(self._owner)
        self._index.add(np.ascontiguousarray(vectors, np.float32))
        self._owner = np.concatenate([self._owner, owners])
        return range(first, len(self._owner))

    def drop(self, row: int) -> None:
        """Take a row out of all searches."""
        self._owner[row] = GONE
        self._gone += 1

    def nearest(self, query: NDArray[np.float32], count: int) -> tuple[NDArray[np.int64], float]:
        """Owners of the most similar vectors, best first, and the least similarity looked at.

        query: float32 (256,). count: rows looked at, of which those that are gone are left out.
        """
        faiss.omp_set_num_threads(1)  # counts for this thread: the pool spreads searches over cores
        similarities, rows = self._index.search(query[None], min(count, self.rows))
        owners = self._owner[rows[0]]
        return owners[owners != GONE], float(similarities[0, -1])

    def similarity(
        self, query: NDArray[np.float32], rows: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Inner products with these rows, float32 (n,)."""
        if not len(rows):
            return np.empty(0, np.float32)
        stored: NDArray[np.float32] = self._index.reconstruct_batch(rows)
        return stored @ query

    def live(self) -> tuple[Vectors, NDArray[np.int64]]:
        """All vectors that are not gone, and their owners, in the order of rows."""
        codes = faiss.vector_to_array(self._index.codes).reshape(-1, SIZE * 2).view(np.float16)
        kept = self._owner != GONE
        return codes[kept], self._owner[kept]

    def wants_compaction(self) -> bool:
        """Whether so many rows are gone that writing it anew pays."""
        return self._gone > max(_COMPACT_LEAST, _COMPACT_SHARE * self.rows)


def _flat() -> faiss.IndexScalarQuantizer:
    # Half precision: half the memory and twice the speed, and exact for what the database keeps.
    return faiss.IndexScalarQuantizer(
        SIZE, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
