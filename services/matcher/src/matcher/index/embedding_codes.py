"""Which persons' embeddings are similar to a probe's, by the sign of each number?

A number of an embedding counts as -1 or 1, one of the probe's as -7 to 7. The similarity is the
inner product of the two, an integer: the same on every machine, in whatever order and parts it is
computed. Bits lie together in words, so that 64 products are counted at a time, after Gao and Long,
"RaBitQ", SIGMOD 2024, section 3.3. A second bit of each number tells -3, -1, 1 and 3 apart, as
searches did before; see `SearchDepth.signs_only`.
"""

from typing import Self

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.descriptor import popcount
from matcher.comparison.prefetch import WORDS_PER_LINE, prefetch
from matcher.domain.finger import Embedding
from matcher.embedding.embedding_network import EMBEDDING_SIZE
from matcher.index.growable_array import GrowableArray
from matcher.jit import compiled, read_only

CODES_PER_BLOCK = 64
"""Codes that lie beside each other, word by word."""
HALF_WORDS = EMBEDDING_SIZE // 64
"""Words of half a code: one of the two bits of each number."""
_BLOCK_WORDS = HALF_WORDS * CODES_PER_BLOCK
_BLOCKS_AHEAD = 4
"""Blocks of codes that are fetched ahead: 8 kB, beyond the next page."""
NO_SIMILARITY = np.int16(-0x8000)
"""Similarity of a person that has no finger to compare."""
_NO_SUM = np.int32(-0x80000000)
_CHUNK = 256
"""Persons looked at at once."""
_ANY = int(NO_SIMILARITY) + 1
"""As much as any similarity, or sum of them, or less."""
_SAMPLED = 64
"""One of so many persons is in the sample that tells how similar the most similar are."""
_WIDTH = np.float16(EMBEDDING_SIZE**-0.5)
"""Standard deviation of the numbers of an embedding."""
_GREATEST_OF_PROBE = 7
_PROBE_BITS = 4

Query = tuple[NDArray[np.uint64], int, bool]
"""A probe's embedding in bits, uint64 (4, 4), what is subtracted from twice a sum of products, and
whether only signs count. Bit k of each number, -7 to 7 in two's complement, is in row k."""
Codes = NDArray[np.uint64]
"""uint64 (blocks, 4, 64): of each code four words of upper or of lower bits, 64 codes beside each
other; the last block is filled up with zeros."""


class EmbeddingCodes:
    """Codes of embeddings by row: upper bits and lower bits apart, as most searches read the upper.

    Not thread-safe: searches may run at the same time, a change must run alone.
    """

    def __init__(self) -> None:
        self._count = 0
        self._halves = [GrowableArray(np.uint64, HALF_WORDS, CODES_PER_BLOCK) for _ in range(2)]

    @classmethod
    def over(cls, upper: Codes, lower: Codes, count: int) -> Self:
        """Return codes that lie elsewhere, and are not copied until some are appended."""
        codes = cls()
        codes._count = count
        codes._halves = [GrowableArray.over(half) for half in (upper, lower)]
        return codes

    @property
    def halves(self) -> tuple[Codes, Codes]:
        """Views of all upper and all lower bits, read-only, valid until some are added."""
        upper, lower = self._halves
        return read_only(upper.rows), read_only(lower.rows)

    @property
    def size_bytes(self) -> int:
        """Memory used, bytes; what is reserved for growth is not counted."""
        return sum(half.nbytes for half in self.halves)

    def add(self, embeddings: NDArray[np.float16]) -> None:
        """Append one code for each embedding, float16 (n, 256)."""
        rows = self._count + np.arange(len(embeddings))
        self._count += len(embeddings)
        for half, bits in zip(self._halves, codes_of(embeddings), strict=True):
            half.lengthen(-(-self._count // CODES_PER_BLOCK))
            half.rows[rows // CODES_PER_BLOCK, :, rows % CODES_PER_BLOCK] = bits

    def are_of(self, rows: NDArray[np.int64], embeddings: NDArray[np.float16]) -> NDArray[np.bool_]:
        """Return which codes are those of embeddings, and no bit of them has flipped, bool (n,)."""
        block, place = rows // CODES_PER_BLOCK, rows % CODES_PER_BLOCK
        codes = np.stack([half.rows[block, :, place] for half in self._halves])
        return np.asarray((codes_of(embeddings) == codes).all(axis=(0, 2)))

    def overwrite(self, row: int) -> None:
        """Overwrite a code with zeros."""
        for half in self._halves:
            half.rows[row // CODES_PER_BLOCK, :, row % CODES_PER_BLOCK] = 0


def codes_of(embeddings: NDArray[np.float16]) -> NDArray[np.uint64]:
    """Return the code of each embedding, uint64 (2, n, 4): upper bits, and lower bits.

    A number is 2 upper + lower, 0 to 3.
    """
    upper = embeddings >= 0
    lower = np.where(upper, embeddings >= _WIDTH, embeddings >= -_WIDTH)
    packed = np.packbits(np.stack([upper, lower]), axis=2, bitorder="little")
    return packed.view("<u8").astype(np.uint64)


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
    upper: Codes,
    lower: Codes,
    owners: NDArray[np.int64],
    persons: NDArray[np.int32],
    best: NDArray[np.int16],
) -> None:
    """Raise the similarity of each person to that of the most similar of these codes.

    query, shift, signs_only: as of `query_of`. owners: the encounter of each code, -1 for none;
    persons: by encounter, the last for none; best: by person.
    """
    sums, of_lower = np.empty(CODES_PER_BLOCK, np.int16), np.empty(CODES_PER_BLOCK, np.int16)
    for block in range(len(upper)):
        ahead = np.uint64((block + _BLOCKS_AHEAD) * _BLOCK_WORDS)
        for line in range(0, _BLOCK_WORDS, WORDS_PER_LINE):
            prefetch(upper, ahead + np.uint64(line))
        _sums_of_products(query, upper[block], sums)
        if not signs_only:
            _sums_of_products(query, lower[block], of_lower)
            for k in range(CODES_PER_BLOCK):
                sums[k] = 2 * sums[k] + of_lower[k]
        of_block = owners[block * CODES_PER_BLOCK : (block + 1) * CODES_PER_BLOCK]
        for k in range(len(of_block)):
            owner = of_block[k] if of_block[k] >= 0 else len(persons) - 1
            # Numbers without a sign: numba need not ask whether they count from the end.
            person = np.uint32(persons[np.uint64(owner)])
            similarity = np.int16(2 * sums[k] - shift)
            if similarity > best[person]:
                best[person] = similarity


def among_the_best(best: NDArray[np.int16], count: int) -> NDArray[np.int64]:
    """Return the persons that are among the ``count`` most similar by a finger or by the sum.

    Of equals all, rising. best: int16 (fingers, persons), NO_SIMILARITY where one has no finger. A
    sample tells above which similarities about four times as many are; only these are ordered.
    """
    sampled = 4 * count // _SAMPLED
    sample = _rankings(best[:, ::_SAMPLED])
    enough = np.array([max(_least(each, sampled), _ANY) for each in sample], np.int32)
    persons = _with_any_of(np.ascontiguousarray(best), enough)
    rankings = _rankings(best[:, persons])
    if any(
        least > _ANY and np.count_nonzero(of_all >= least) < count
        for of_all, least in zip(rankings, enough.tolist(), strict=True)
    ):
        persons, rankings = np.arange(best.shape[1]), _rankings(best)
    least = [max(_least(each, count), _NO_SUM + 1) for each in rankings]
    return np.asarray(persons[(rankings >= np.array(least)[:, None]).any(axis=0)])


def _rankings(best: NDArray[np.int16]) -> NDArray[np.int32]:
    """Return what persons are ranked by, int32 (fingers + 1, persons): similarities, and sums.

    _NO_SUM where there is none.
    """
    is_known = best != NO_SIMILARITY
    sums = best.sum(axis=0, dtype=np.int32, where=is_known)
    return np.vstack(
        [np.where(is_known, best, _NO_SUM), np.where(is_known.any(axis=0), sums, _NO_SUM)]
    )


def _least(ranking: NDArray[np.int32], count: int) -> int:
    """Return the least of the ``count`` greatest, or of all if these are fewer."""
    first = max(0, len(ranking) - count)
    return int(np.partition(ranking, first)[first]) if first < len(ranking) else 0


@compiled
def _with_any_of(best: NDArray[np.int16], enough: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return the persons with enough similarity by any finger, or by the sum, rising.

    enough: int32 (fingers + 1,). So many at once that it is vectorised.
    """
    fingers, persons = best.shape
    found, count = np.empty(persons, np.int64), 0
    sums, is_known = np.empty(_CHUNK, np.int32), np.empty(_CHUNK, np.bool_)
    is_enough = np.empty(_CHUNK, np.bool_)
    for start in range(0, persons, _CHUNK):
        size = min(_CHUNK, persons - start)
        sums[:] = 0
        is_known[:] = False
        is_enough[:] = False
        for finger in range(fingers):
            least = enough[finger]
            of_finger = best[finger, start : start + size]
            for k in range(size):
                similarity = np.int32(of_finger[k])
                is_enough[k] |= similarity >= least
                here = similarity != np.int32(NO_SIMILARITY)
                is_known[k] |= here
                sums[k] += similarity if here else np.int32(0)
        any_enough = False
        for k in range(size):
            is_enough[k] |= is_known[k] & (sums[k] >= enough[fingers])
            any_enough |= is_enough[k]
        if any_enough:
            for k in range(size):
                if is_enough[k]:
                    found[count] = start + k
                    count += 1
    return found[:count]


@compiled
def _sums_of_products(
    query: NDArray[np.uint64], words: NDArray[np.uint64], sums: NDArray[np.int16]
) -> None:
    """Write the sum of products of a bit of each number of each code with the query.

    All of a block at once, so that it is vectorised.
    """
    for k in range(CODES_PER_BLOCK):
        total = 0
        for word in range(HALF_WORDS):
            bits = words[word, k]
            total += (
                popcount(bits & query[0, word])
                + 2 * popcount(bits & query[1, word])
                + 4 * popcount(bits & query[2, word])
                - 8 * popcount(bits & query[3, word])
            )
        sums[k] = total
