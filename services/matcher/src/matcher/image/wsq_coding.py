"""Entropy decoding of a WSQ block: Huffman codes for runs of zeros and for coefficients."""

import numpy as np
from numpy.typing import NDArray

from matcher.image.unreadable_image import ImageFault, UnreadableImage
from matcher.jit import compiled

_MAX_CODE_BITS = 16

_MAX_SHORT_RUN = 100  # symbols 1 to 100: that many zeros
_PLUS_8, _MINUS_8, _PLUS_16, _MINUS_16, _RUN_8, _RUN_16 = range(101, 107)
_ZERO = 180  # symbols 107 to 254: the coefficient plus this


def decoding_table(counts: bytes, symbols: bytes) -> NDArray[np.uint16]:
    """Return by any next 16 bits the code they begin with, uint16 (65536,).

    An entry is 256 times the length of the code plus its symbol, or 0 without such a code.
    counts: how many codes have 1, 2 ... 16 bits; symbols: of all codes in order. Raises
    UnreadableImage where there are more codes than fit.
    """
    table = np.zeros(1 << _MAX_CODE_BITS, np.uint16)
    start, given = 0, iter(symbols)
    for length, count in enumerate(counts, start=1):
        span = 1 << _MAX_CODE_BITS - length
        for _ in range(count):
            if start + span > len(table):
                raise UnreadableImage(ImageFault.UNREADABLE, "not a whole WSQ image: codes overlap")
            table[start : start + span] = length << 8 | next(given)
            start += span
    return table


@compiled
def decode_block(
    data: NDArray[np.uint8], table: NDArray[np.uint16], values: NDArray[np.int32], at: int
) -> int:
    """Write the coefficients of a block to `values` from `at`; return the end, or -1 if damaged.

    data: the block without stuffed zero bytes; after its last code less than a byte is left.
    values: int32, all zero.
    """
    window, bits, position = 0, 0, 0
    while True:
        while bits < 2 * _MAX_CODE_BITS and position < len(data):
            window = (window & 0xFFFFFFFF) << 8 | data[position]
            bits += 8
            position += 1
        ahead = (
            window << _MAX_CODE_BITS >> bits
            if bits < _MAX_CODE_BITS
            else window >> (bits - _MAX_CODE_BITS)
        )
        entry = table[ahead & 0xFFFF]
        length, symbol = entry >> 8, entry & 0xFF
        if length == 0 or length > bits:
            return at if bits < _MAX_CODE_BITS else -1
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
        if 1 <= symbol <= _MAX_SHORT_RUN:
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
