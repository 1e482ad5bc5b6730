"""Which persons' embeddings are similar to a probe's, by the sign of each number?

A number of an embedding counts as -1 or 1, one of the probe's as -7 to 7. The similarity is the
inner product of the two, an integer: the same on every machine, in whatever order and parts it is
computed. Bits lie together in words, so that 64 products are counted at a time, after Gao and Long,
"RaBitQ", SIGMOD 2024, section 3.3. A second bit of each number tells -3, -1, 1 and 3 apart, as
searches did before; see `SearchDepth.signs_only`.
"""

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.descriptor import popcount
from matcher.domain.finger import Embedding
from matcher.embedding.embedding_network import EMBEDDING_SIZE
from matcher.index.growable_array import GrowableArray
from matcher.jit import compiled

CODES_PER_BLOCK = 64
"""Codes that lie beside each other, word by word."""
CODE_WORDS = 2 * EMBEDDING_SIZE // 64
"""Words of a code: two bits of each number."""
NO_SIMILARITY = np.int16(-0x8000)
"""Similarity of a person that has no finger to compare."""
_NO_SUM = np.int32(-0x80000000)
_SAMPLED = 64
"""One of so many persons is in the sample that tells how similar the most similar are."""
_WIDTH = np.float16(EMBEDDING_SIZE**-0.5)
"""Standard deviation of the numbers of an embedding."""
_HALF = CODE_WORDS // 2
_GREATEST_OF_PROBE = 7
_PROBE_BITS = 4

Query = tuple[NDArray[np.uint64], int, bool]
"""A probe's embedding in bits, uint64 (4, 4), what is subtracted from twice a sum of products, and
whether only signs count. Bit k of each number, -7 to 7 in two's complement, is in row k."""
Codes = NDArray[np.uint64]
"""uint64 (blocks, 8, 64): of each code four words of upper and four of lower bits, 64 codes beside
each other; the last block is filled up with zeros."""


class EmbeddingCodes:
    """Codes of embeddings by row.

    Not thread-safe: searches may run at the same time, a change must run alone.
    """

    def __init__(self) -> None:
        self._count = 0
        self._blocks = GrowableArray(np.uint64, CODE_WORDS, CODES_PER_BLOCK)

    @classmethod
    def over(cls, blocks: Codes, count: int) -> Self:
        """Return codes that lie elsewhere, and are not copied until some are appended."""
        codes = cls()
        codes._count, codes._blocks = count, GrowableArray.over(blocks)
        return codes

    @property
    def blocks(self) -> Codes:
        """A view of all codes, read-only, valid until some are added."""
        view = self._blocks.rows.view()
        view.flags.writeable = False  # as in files, so that kernels are compiled for one type
        return view

    @property
    def size_bytes(self) -> int:
        """Memory used, bytes; what is reserved for growth is not counted."""
        return self.blocks.nbytes

    def add(self, embeddings: NDArray[np.float16]) -> None:
        """Append one code for each embedding, float16 (n, 256)."""
        rows = self._count + np.arange(len(embeddings))
        self._count += len(embeddings)
        self._blocks.lengthen(-(-self._count // CODES_PER_BLOCK))
        self._blocks.rows[rows // CODES_PER_BLOCK, :, rows % CODES_PER_BLOCK] = codes_of(embeddings)

    def is_of(self, row: int, embedding: Embedding) -> bool:
        """Return whether a code is that of an embedding, and no bit of it has flipped."""
        code = self._blocks.rows[row // CODES_PER_BLOCK, :, row % CODES_PER_BLOCK]
        return bool((code == codes_of(embedding[None])[0]).all())

    def overwrite(self, row: int) -> None:
        """Overwrite a code with zeros."""
        self._blocks.rows[row // CODES_PER_BLOCK, :, row % CODES_PER_BLOCK] = 0


def codes_of(embeddings: NDArray[np.float16]) -> NDArray[np.uint64]:
    """Return the code of each embedding, uint64 (n, 8): a number is 2 upper + lower, 0 to 3."""
    upper = embeddings >= 0
    lower = np.where(upper, embeddings >= _WIDTH, embeddings >= -_WIDTH)
    bits = np.concatenate([upper, lower], axis=1)
    return np.packbits(bits, axis=1, bitorder="little").view("<u8").astype(np.uint64)


def query_of(embedding: Embedding, *, signs_only: bool) -> Query:
    """Return the embedding of a probe's finger as codes are multiplied by it."""
    exact = embedding.astype(np.float64)
    greatest = max(float(np.abs(exact).max()), float(np.finfo(np.float16).tiny))
    numbers = np.rint(_GREATEST_OF_PROBE * exact / greatest).astype(np.int64)
    bits = numbers[None, :] >> np.arange(_PROBE_BITS)[:, None] & 1
    packed = np.packbits(bits.astype(np.bool_), axis=1, bitorder="little").view("<u8")
    greatest_of_code = 1 if signs_only else 3
    return packed.astype(np.uint64), greatest_of_code * int(numbers.sum()), signs_only


@compiled
def keep_best(
    query: NDArray[np.uint64],
    shift: int,
    signs_only: bool,
    blocks: Codes,
    owners: NDArray[np.int64],
    persons: NDArray[np.int32],
    best: NDArray[np.int16],
) -> None:
    """Raise the similarity of each person to that of the most similar of these codes.

    query, shift, signs_only: as of `query_of`. owners: the encounter of each code, -1 for none;
    persons: by encounter, the last for none; best: by person.
    """
    words = np.empty((CODE_WORDS, CODES_PER_BLOCK), np.uint64)
    sums, lower = np.empty(CODES_PER_BLOCK, np.int16), np.empty(CODES_PER_BLOCK, np.int16)
    for block in range(len(blocks)):
        # Copied in the order of memory, which is fetched ahead: a third faster.
        if signs_only:
            words[:_HALF] = blocks[block, :_HALF]
            _sums_of_products(query, words, sums)
        else:
            words[:] = blocks[block]
            _sums_of_products(query, words, sums)
            _sums_of_products(query, words[_HALF:], lower)
            for k in range(CODES_PER_BLOCK):
                sums[k] = 2 * sums[k] + lower[k]
        of_block = owners[block * CODES_PER_BLOCK : (block + 1) * CODES_PER_BLOCK]
        for k in range(len(of_block)):
            person = persons[of_block[k]]
            best[person] = max(best[person], np.int16(2 * sums[k] - shift))


def among_the_best(best: NDArray[np.int16], count: int) -> NDArray[np.int64]:
    """Return the persons that are among the ``count`` most similar by a finger or by the sum.

    Of equals all, rising. best: int16 (fingers, persons), NO_SIMILARITY where one has no finger.
    """
    found = [_first_of(_sums(best), count, _NO_SUM)]
    found += [_first_of(of_finger, count, NO_SIMILARITY) for of_finger in best]
    return np.unique(np.concatenate(found))


def _first_of(similarities: NDArray[Any], count: int, none: np.integer) -> NDArray[np.int64]:
    """Return who is among the ``count`` most similar, of equals all. none: what is no similarity.

    A sample tells above which similarity about four times as many are; only these are ordered.
    """
    enough = _least_of_first(similarities[::_SAMPLED], 4 * count // _SAMPLED)
    persons = np.flatnonzero(similarities >= enough)
    if len(persons) < count:
        persons = np.arange(len(similarities))
    of_persons = similarities[persons]
    least = max(_least_of_first(of_persons, count), none + 1)
    return np.asarray(persons[of_persons >= least])


def _least_of_first(similarities: NDArray[Any], count: int) -> int:
    """Return the least of the ``count`` greatest similarities, or of all if these are fewer."""
    first = max(0, len(similarities) - count)
    return int(np.partition(similarities, first)[first]) if first < len(similarities) else 0


@compiled
def _sums(best: NDArray[np.int16]) -> NDArray[np.int32]:
    """Return the sum of the similarities of each person, _NO_SUM for one that has none.

    Without branches, so that it is vectorised.
    """
    sums = np.full(best.shape[1], _NO_SUM)
    for of_finger in best:
        for person in range(len(sums)):
            similarity, total = np.int32(of_finger[person]), sums[person]
            before = np.int32(0) if total == _NO_SUM else total
            is_known = similarity != np.int32(NO_SIMILARITY)
            sums[person] = np.int32(before + similarity) if is_known else total
    return sums


@compiled
def _sums_of_products(
    query: NDArray[np.uint64], words: NDArray[np.uint64], sums: NDArray[np.int16]
) -> None:
    """Write the sum of products of a bit of each number of each code with the query.

    All of a block at once, so that it is vectorised.
    """
    for k in range(CODES_PER_BLOCK):
        total = 0
        for word in range(_HALF):
            bits = words[word, k]
            total += (
                popcount(bits & query[0, word])
                + 2 * popcount(bits & query[1, word])
                + 4 * popcount(bits & query[2, word])
                - 8 * popcount(bits & query[3, word])
            )
        sums[k] = total
