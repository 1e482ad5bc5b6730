"""Which stored embeddings are nearest to a probe's?

To use another library for nearest neighbours, rewrite this class and `FaissDescriptorLists`:
nothing else knows of FAISS.
"""

import threading
from typing import Any

import faiss  # type: ignore[import-untyped, unused-ignore]
import numpy as np
from numpy.typing import NDArray

from matcher.domain.finger import Embedding
from matcher.embedding.embedding_network import EMBEDDING_SIZE
from matcher.index.growable_array import GrowableArray
from matcher.index.segment_file import SegmentFile

_QUANTIZER = faiss.ScalarQuantizer(EMBEDDING_SIZE, faiss.ScalarQuantizer.QT_fp16)
"""Half precision takes half the memory at twice the speed of single precision, and is exact, since
the database stores embeddings as float16."""
_ONE_LIST, _NO_IDS, _NO_SELECTOR, _BY_RESIDUAL, _AS_PAIRS = 0, None, None, False, True
_LEAST = -np.finfo(np.float32).max
_of_thread = threading.local()

Query = NDArray[np.float32]
"""The embedding of a probe's finger, float32 (256,)."""
Rows = NDArray[np.int64]
"""Row numbers, int64 (n,)."""
Similarities = NDArray[np.float32]


class FaissEmbeddings:
    """Embeddings by row, float16, compared by inner product, exactly, wherever they lie.

    Not thread-safe: searches may run at the same time, a change must run alone. Rows are never
    removed: they are overwritten, and the owner leaves them out of results. file: where they lie;
    None for none, in memory.
    """

    def __init__(self, file: SegmentFile | None = None) -> None:
        if file is None:
            self._rows = GrowableArray(np.float16, EMBEDDING_SIZE)
        else:
            self._rows = GrowableArray.over(file.columns["embedding"])

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def size_bytes(self) -> int:
        """Memory that its rows take, bytes; what is reserved for growth is not counted."""
        return self._rows.rows.nbytes

    def add(self, embeddings: NDArray[np.float16]) -> None:
        """Append one row for each embedding, float16 (n, 256)."""
        self._rows.extend([embeddings])

    def overwrite(self, row: int) -> None:
        """Overwrite a row with zeros, so that nothing of the embedding stays in memory."""
        self._rows.rows[row] = 0

    def take(self, row: int) -> Embedding:
        """Return a copy of a row."""
        return np.asarray(self._rows.rows[row]).copy()

    def take_all(self, rows: Rows) -> NDArray[np.float16]:
        """Return a copy of these rows, float16 (n, 256)."""
        return self._rows.rows[rows]

    def nearest(self, query: Query, count: int) -> tuple[Rows, Similarities]:
        """Return the ``count`` rows of greatest inner product, best first, and the products.

        Overwritten rows are among them, with a product of 0.
        """
        return _nearest(query, self._rows.rows, min(count, len(self)))

    def similarities(self, query: Query, rows: Rows) -> Similarities:
        """Return the inner products with these rows, float32 (n,)."""
        indices, found = _nearest(query, self.take_all(rows), len(rows))
        similarities = np.empty(len(rows), np.float32)
        similarities[indices] = found
        return similarities


def _nearest(
    query: Query, embeddings: NDArray[np.float16], count: int
) -> tuple[Rows, Similarities]:
    """Return the ``count`` rows of greatest inner product, best first, and the products."""
    rows, similarities = np.full(count, -1, np.int64), np.full(count, _LEAST, np.float32)
    if not count:
        return rows, similarities
    scanner = _scanner()
    scanner.set_query(faiss.swig_ptr(query))
    codes = embeddings.view(np.uint8)
    scanner.scan_codes(
        len(codes),
        faiss.swig_ptr(codes),
        _NO_IDS,
        faiss.swig_ptr(similarities),
        faiss.swig_ptr(rows),
        count,
    )
    order = np.lexsort((rows, -similarities))
    return rows[order], similarities[order]


def _scanner() -> Any:
    """Return the scanner of this thread; FAISS's Python interface never frees one."""
    if not hasattr(_of_thread, "scanner"):
        _of_thread.scanner = _QUANTIZER.select_InvertedListScanner(  # type: ignore[attr-defined, unused-ignore]
            faiss.METRIC_INNER_PRODUCT, None, _AS_PAIRS, _NO_SELECTOR, _BY_RESIDUAL
        )
        _of_thread.scanner.set_list(_ONE_LIST, 0)
    return _of_thread.scanner
