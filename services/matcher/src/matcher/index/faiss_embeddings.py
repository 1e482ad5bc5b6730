"""Which stored embeddings are nearest to a probe's?

To use another library for nearest neighbours, rewrite this class and `FaissDescriptorLists`:
nothing else knows of FAISS.
"""

from typing import Any

import faiss  # type: ignore[import-untyped, unused-ignore]
import numpy as np
from numpy.typing import NDArray

from matcher.domain.finger import Embedding
from matcher.embedding.embedding_network import EMBEDDING_SIZE

_CODE_BYTES = EMBEDDING_SIZE * 2
"""Bytes of a row in FAISS: half precision takes half the memory at twice the speed of single
precision, and is exact, since the database stores embeddings as float16."""
_THREADS = 1

Query = NDArray[np.float32]
"""The embedding of a probe's finger, float32 (256,)."""
Rows = NDArray[np.int64]
"""Row numbers, int64 (n,)."""
Similarities = NDArray[np.float32]


class FaissEmbeddings:
    """Embeddings of one finger position by row, compared by inner product, exactly.

    Not thread-safe: searches may run at the same time, a change must run alone. Rows are never
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

    def add(self, embeddings: NDArray[np.float16]) -> None:
        """Append one row for each embedding, float16 (n, 256)."""
        self._index.add(embeddings.astype(np.float32))

    def overwrite(self, row: int) -> None:
        """Overwrite a row with zeros, so that nothing of the embedding stays in memory."""
        self._codes()[row] = 0

    def take(self, row: int) -> Embedding:
        """Return a copy of a row."""
        return np.asarray(self._codes()[row].view(np.float16)).copy()

    def take_all(self, rows: Rows) -> NDArray[np.float16]:
        """Return a copy of these rows, float16 (n, 256)."""
        return np.asarray(self._codes()[rows].view(np.float16))

    def nearest(self, query: Query, count: int) -> tuple[Rows, Similarities]:
        """Return the ``count`` rows of greatest inner product, best first, and the products.

        Overwritten rows are among them, with a product of 0.
        """
        return self._search(query, min(count, len(self)))

    def similarities(self, query: Query, rows: Rows) -> Similarities:
        """Return the inner products with these rows, float32 (n,); a row may be named once only."""
        by_row = np.empty(len(self), np.float32)
        if not len(rows):
            return by_row[rows]
        wanted = np.zeros(len(self), np.bool_)
        wanted[rows] = True
        bitmap = np.packbits(wanted, bitorder="little")
        only = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bitmap))  # type: ignore[call-arg, arg-type, unused-ignore]
        found, values = self._search(query, len(rows), params=only)
        by_row[found] = values
        return by_row[rows]

    def all(self) -> NDArray[np.float16]:
        """Return a copy of all embeddings, float16 (rows, 256)."""
        codes = faiss.vector_to_array(self._index.codes)
        return np.asarray(codes.reshape(len(self), _CODE_BYTES).view(np.float16))

    def _codes(self) -> NDArray[np.uint8]:
        """Return a view of FAISS's own memory, uint8 (rows, bytes), valid until rows are added."""
        codes = faiss.rev_swig_ptr(self._index.codes.data(), self.size_bytes)
        return np.asarray(codes).reshape(len(self), _CODE_BYTES)

    def _search(self, query: Query, count: int, **options: Any) -> tuple[Rows, Similarities]:
        # Set for the calling thread: the worker pool, not FAISS, spreads searches over the cores.
        faiss.omp_set_num_threads(_THREADS)
        similarities, rows = self._index.search(query[None], count, **options)
        return rows[0], similarities[0]
