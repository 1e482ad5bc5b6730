"""Which descriptors in the inverted lists of a file are near those of a probe?

The lists that a probe needs lie anywhere in gigabytes, a few thousand bytes each, so that most of
the time would go by waiting for memory. They are fetched while others are compared, which takes six
tenths of the time that FAISS does.
"""

import numpy as np
from numpy.typing import NDArray

from matcher.comparison.descriptor import DESCRIPTOR_WORDS, Descriptors, popcount
from matcher.comparison.descriptor_quantizer import ListNumbers
from matcher.comparison.prefetch import WORDS_PER_LINE, prefetch
from matcher.index.segment_file import LISTED_WORDS, ListSizes, Words
from matcher.jit import compiled, read_only

Hits = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]
"""How many descriptors are near each of the probe's, int64 (m,); their rows, and distances."""
_AHEAD = 128
"""Lines fetched ahead: as much as memory delivers while it is waited for."""
_BLOCK = 16
"""Descriptors compared before more are fetched."""


class MappedLists:
    """The inverted lists of a file, read where they lie, and kept mapped.

    words: all of them, see `SegmentFile`; sizes: of each.
    """

    def __init__(self, words: Words, sizes: ListSizes) -> None:
        self._words = read_only(words)
        self._sizes = sizes.astype(np.int64)
        self._starts = (np.cumsum(self._sizes) - self._sizes) * LISTED_WORDS

    def near(self, descriptors: Descriptors, lists: ListNumbers, radius: int) -> Hits:
        """Return the descriptors that differ from the probe's in fewer bits than the radius.

        descriptors: uint64 (m, 4); lists: uint16 (m, k), those probed for each, none above the last
        list.
        """
        probe, probed = np.ascontiguousarray(descriptors), np.ascontiguousarray(lists)
        return _near(
            self._words, self._starts, self._sizes, read_only(probe), read_only(probed), radius
        )


@compiled
def _near(
    words: Words,
    starts: NDArray[np.int64],
    sizes: NDArray[np.int64],
    descriptors: Descriptors,
    lists: ListNumbers,
    radius: int,
) -> Hits:
    """Compute `MappedLists.near`. starts: where the descriptors of each list begin in words."""
    numbers, probed = lists.reshape(-1), lists.shape[1]
    most = 0
    for number in numbers:
        most += sizes[number]
    places, distances = np.empty(most, np.int64), np.empty(most, np.float32)
    counts, found = np.zeros(len(lists), np.int64), 0
    nearer, one, two, three = np.uint64(radius), np.uint64(1), np.uint64(2), np.uint64(3)
    fetched, place, end, due = -1, 0, 0, _AHEAD
    for k in range(len(numbers)):
        minutia, before = k // probed, found
        a, b, c, d = descriptors[minutia]
        start, size = starts[numbers[k]], sizes[numbers[k]]
        of_rows = start + size * DESCRIPTOR_WORDS
        for first in range(0, size, _BLOCK):
            due += _BLOCK * DESCRIPTOR_WORDS // WORDS_PER_LINE
            while due > 0 and fetched < len(numbers):
                while due > 0 and place < end:
                    prefetch(words, np.uint64(place))
                    place += WORDS_PER_LINE
                    due -= 1
                if place >= end:
                    fetched += 1
                    if fetched < len(numbers):
                        place = starts[numbers[fetched]]
                        end = place + sizes[numbers[fetched]] * DESCRIPTOR_WORDS
            at = np.uint64(start + first * DESCRIPTOR_WORDS)
            for of_list in range(first, min(first + _BLOCK, size)):
                distance = (
                    popcount(words[at] ^ a)
                    + popcount(words[at + one] ^ b)
                    + popcount(words[at + two] ^ c)
                    + popcount(words[at + three] ^ d)
                )
                at += np.uint64(DESCRIPTOR_WORDS)
                if distance < nearer:
                    places[found], distances[found] = of_rows + of_list, distance
                    found += 1
        counts[minutia] += found - before
    rows = np.empty(found, np.int64)
    for k in range(found):
        rows[k] = words[np.uint64(places[k])]
    return counts, rows, distances[:found]
