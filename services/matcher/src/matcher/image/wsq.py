"""WSQ, the compression of fingerprints (FBI IAFIS-IC-0110, version 3.1), read.

A file is a row of segments: transform, quantisation and Huffman tables, a frame header with the
size, and blocks of coefficients. After the specification and NIST's public-domain NBIS, but for
bytes from anybody: NBIS, which other packages wrap, writes outside its memory on some.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matcher.image.errors import BadImage, ImageFault
from matcher.image.wsq_coding import code_book, decode_block
from matcher.image.wsq_wavelet import Filters, Quantisation, reconstruct, sent

MAGIC = b"\xff\xa0\xff"

_EOI, _FRAME, _BLOCK, _TRANSFORM, _BINS, _CODES, _COMMENT = 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA8
_MOST_SEGMENTS = 100
"""A file has three blocks, a table of codes for each, and a few comments."""
_MARKER = re.compile(rb"\xff[^\x00]", re.DOTALL)
_SIZE = struct.Struct(">xxHHBHBH")  # black, white, height, width, shift and scale as decimals
_COUNTS = 16

Codes = tuple[bytes, bytes]


@dataclass(slots=True)
class Wsq:
    """A file taken apart; pixels not yet decoded."""

    height: int = 0
    width: int = 0
    shift: float = 0
    scale: float = 0
    filters: Filters | None = None
    bins: Quantisation | None = None
    blocks: list[tuple[bytes, Codes]] = field(default_factory=list)

    def pixels(self) -> NDArray[np.uint8]:
        """Decode, uint8 (height, width). Raises BadImage."""
        if self.filters is None or self.bins is None:
            raise _broken("a table is missing")
        values = np.zeros(sent(self.bins, (self.height, self.width)), np.int32)
        at = 0
        for content, codes in self.blocks:
            at = decode_block(np.frombuffer(content, np.uint8), code_book(*codes), values, at)
            if at < 0:
                raise _broken("a block is damaged")
        if at != len(values):
            raise _broken("coefficients are missing")
        plane = reconstruct(values, self.bins, self.filters, (self.height, self.width))
        grey: NDArray[np.float32] = np.clip(np.rint(plane * self.scale + self.shift), 0, 255)
        return grey.astype(np.uint8)


def parse(data: bytes) -> Wsq:
    """Read headers and tables; pixels are not touched. Raises BadImage or struct.error."""
    file, tables = Wsq(), dict[int, Codes]()
    for marker, body, content in _segments(data):
        if marker == _FRAME:
            height, width, *decimals = _SIZE.unpack_from(body)
            file.height, file.width = height, width
            file.shift, file.scale = _decimal(*decimals[:2]), _decimal(*decimals[2:])
        elif marker == _TRANSFORM:
            file.filters = _filters(body)
        elif marker == _BINS:
            file.bins = _quantisation(body)
        elif marker == _CODES:
            tables |= _codes(body)
        elif marker == _BLOCK:
            if body[:1] not in (bytes([known]) for known in tables):
                raise _broken("a block names no table of codes")
            file.blocks.append((content, tables[body[0]]))
        elif marker != _COMMENT:
            raise _broken("an unknown segment")
    return file


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Marker and body of each segment, and what follows a block's up to the next marker."""
    at = 2
    for _ in range(_MOST_SEGMENTS):
        lead, marker = struct.unpack_from(">BB", data, at)
        if lead != 0xFF:
            raise _broken("no marker where one must be")
        if marker == _EOI:
            return
        (length,) = struct.unpack_from(">H", data, at + 2)
        body, at = data[at + 4 : at + 2 + length], at + 2 + length
        if length < 2 or at > len(data):
            raise _broken("a segment's length is wrong")
        content = b""
        if marker == _BLOCK:
            following = _MARKER.search(data, at)
            if following is None:
                raise _broken("the file ends too early")
            content = data[at : following.start()].replace(b"\xff\x00", b"\xff")
            at = following.start()
        yield marker, body, content
    raise _broken("too many segments")


def _filters(body: bytes) -> Filters:
    """Synthesis filters: half of each is stored, the high one first, signs of the analysis."""
    high, low = struct.unpack_from(">BB", body)
    if not (high % 2 and low % 2):
        raise BadImage(ImageFault.UNSUPPORTED, "WSQ filters of even length")
    stored = struct.iter_unpack(">BBI", body[2 : 2 + 6 * (high // 2 + low // 2 + 2)])
    half = np.array([_decimal(scale, value, sign) for sign, scale, value in stored])
    if len(half) != high // 2 + low // 2 + 2 or (abs(half) > 2).any():
        raise _broken("the table of filters is damaged")
    return Filters(low=_whole(half[high // 2 + 1 :]), high=_whole(half[: high // 2 + 1]))


def _whole(half: NDArray[np.float64]) -> NDArray[np.float64]:
    turned = half * (-1.0) ** np.arange(len(half))
    return np.concatenate([turned[:0:-1], turned])


def _quantisation(body: bytes) -> Quantisation:
    pairs = [_decimal(*pair) for pair in struct.iter_unpack(">BH", body[: 3 * 129])]
    if len(pairs) != 129:
        raise _broken("the table of bins is damaged")
    return Quantisation(centre=pairs[0], width=np.array(pairs[1::2]), zero=np.array(pairs[2::2]))


def _codes(body: bytes) -> dict[int, Codes]:
    """Each table: its number, how many codes there are of 1 to 16 bits, and their symbols."""
    tables = {}
    while body:
        number, counts = body[0], body[1 : 1 + _COUNTS]
        symbols = body[1 + _COUNTS :][: sum(counts)]
        if len(counts) != _COUNTS or len(symbols) != sum(counts):
            raise _broken("a table of codes is damaged")
        tables[number] = (counts, symbols)
        body = body[1 + _COUNTS + len(symbols) :]
    return tables


def _decimal(scale: int, value: int, negative: int = 0) -> float:
    return float(value / 10**scale * (-1 if negative else 1))


def _broken(what: str) -> BadImage:
    return BadImage(ImageFault.UNREADABLE, f"not a whole WSQ image: {what}")
