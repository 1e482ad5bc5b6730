"""Which stored embeddings are nearest to a probe's? The only file that imports FAISS.

To use another library for nearest neighbours, write this class anew: nothing else knows of FAISS.
"""

from collections.abc import Sequence

import faiss  # type: ignore[import-untyped, unused-ignore]
import numpy as np
from numpy.typing import NDArray

from matcher.domain.finger import Embedding

EMBEDDING_SIZE = 256
"""Components of an embedding."""
_CODE_BYTES = EMBEDDING_SIZE * 2
"""Bytes of a row in FAISS: half precision takes half the memory at twice the speed of single
precision, and is exact, since the database stores embeddings as float16."""

Query = NDArray[np.float32]
"""float32 (256,)."""
Rows = NDArray[np.int64]
Similarities = NDArray[np.float32]


class FaissEmbeddings:
    """Embeddings of one finger position by row, compared by inner product, exactly.

    Not thread-safe: searches may run at the same time, but nothing beside a change. Rows are never
    removed, which is where FAISS breaks (its issues 4535 and 4655): they are overwritten, and the
    owner leaves them out of results until it copies the others.
    """

    def __init__(self) -> None:
        self._index = faiss.IndexScalarQuantizer(
            EMBEDDING_SIZE, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def size_bytes(self) -> int:
        """Memory used, bytes."""
        return len(self) * _CODE_BYTES

    def add(self, embeddings: Sequence[Embedding] | NDArray[np.float16]) -> None:
        """Append one row for each embedding."""
        self._index.add(np.stack([*embeddings]).astype(np.float32))

    def overwrite(self, row: int) -> None:
        """Overwrite a row with zeros, so that nothing of the embedding stays in memory."""
        codes = faiss.rev_swig_ptr(self._index.codes.data(), self.size_bytes)
        codes.reshape(-1, _CODE_BYTES)[row] = 0

    def nearest(self, query: Query, count: int) -> tuple[Rows, Similarities]:
        """Return the ``count`` rows of greatest inner product, best first, and the products.

        Overwritten rows are among them, with a product of 0.
        """
        faiss.omp_set_num_threads(1)  # of this thread: the worker pool spreads searches over cores
        similarities, rows = self._index.search(query[None], min(count, len(self)))
        return rows[0], similarities[0]

    def similarities(self, query: Query, rows: Rows) -> Similarities:
        """Return the inner products with these rows, float32 (n,); a row may be named once only."""
        if not len(rows):
            return np.empty(0, np.float32)
        wanted = np.zeros(len(self), np.bool_)
        wanted[rows] = True
        bitmap = np.packbits(wanted, bitorder="little")
        only = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bitmap))  # type: ignore[call-arg, arg-type, unused-ignore]
        faiss.omp_set_num_threads(1)
        values, found = self._index.search(query[None], len(rows), params=only)
        by_row = np.empty(len(self), np.float32)
        by_row[found[0]] = values[0]
        return by_row[rows]

    def all(self) -> NDArray[np.float16]:
        """Return a copy of all embeddings, float16 (rows, 256)."""
        codes = faiss.vector_to_array(self._index.codes)
        return np.asarray(codes.reshape(-1, _CODE_BYTES).view(np.float16))
