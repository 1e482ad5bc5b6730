"""The coefficients of a WSQ block: Huffman codes for runs of zeros and for values."""

import numpy as np
from numpy.typing import NDArray

from matcher.image.errors import BadImage, ImageFault
from matcher.jit import compiled

_LONGEST = 16

_LONGEST_RUN = 100  # symbols 1 to 100: that many zeros
_PLUS_8, _MINUS_8, _PLUS_16, _MINUS_16, _RUN_8, _RUN_16 = range(101, 107)
_ZERO = 180  # symbols 107 to 254: their distance from here


def code_book(counts: bytes, symbols: bytes) -> NDArray[np.uint16]:
    """Return, uint16 (65536,), what each row of 16 bits begins with: 256 x length + symbol, or 0.

    counts: how many codes have 1, 2 ... 16 bits, in order of their symbols. Raises BadImage where
    these are more than codes there are.
    """
    book = np.zeros(1 << _LONGEST, np.uint16)
    start, given = 0, iter(symbols)
    for length, count in enumerate(counts, start=1):
        span = 1 << _LONGEST - length
        for _ in range(count):
            if start + span > len(book):
                raise BadImage(ImageFault.UNREADABLE, "not a whole WSQ image: codes overlap")
            book[start : start + span] = length << 8 | next(given)
            start += span
    return book


@compiled
def decode_block(
    data: NDArray[np.uint8], book: NDArray[np.uint16], values: NDArray[np.int32], at: int
) -> int:
    """Fill `values`, all zero, from `at`; return where the next block goes on, -1 if it is broken.

    data: the block without stuffed zeros; it ends within less than a byte of a whole code.
    """
    window, bits, place = 0, 0, 0
    while True:
        while bits < 2 * _LONGEST and place < len(data):
            window = (window & 0xFFFFFFFF) << 8 | data[place]
            bits += 8
            place += 1
        ahead = window << _LONGEST >> bits if bits < _LONGEST else window >> (bits - _LONGEST)
        entry = book[ahead & 0xFFFF]
        length, symbol = entry >> 8, entry & 0xFF
        if length == 0 or length > bits:
            return at if bits < _LONGEST else -1
        bits -= length
        more = 0
        if symbol in (_PLUS_8, _MINUS_8, _RUN_8):
            more = 8
        elif symbol in (_PLUS_16, _MINUS_16, _RUN_16):
            more = 16
        if more > bits:
            return -1
        bits -= more
        number = window >> bits & (1 << more) - 1
        if 1 <= symbol <= _LONGEST_RUN:
            at += symbol
        elif symbol in (_RUN_8, _RUN_16):
            at += number
        elif symbol == 0 or symbol == 255 or at >= len(values):
            return -1
        else:
            if symbol in (_MINUS_8, _MINUS_16):
                number = -number
            values[at] = number if more else symbol - _ZERO
            at += 1
        if at > len(values):
            return -1
