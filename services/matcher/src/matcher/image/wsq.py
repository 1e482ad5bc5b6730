"""Reading of WSQ files, the FBI's compression of fingerprints (IAFIS-IC-0110, version 3.1).

A file is a sequence of segments: transform, quantisation and Huffman tables, a frame header with
the size, and blocks of coefficients. Written after the specification and NIST's public-domain NBIS,
but for untrusted bytes: NBIS, which other packages wrap, writes outside its memory on some.
"""

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matcher.image.unreadable_image import ImageFault, UnreadableImage
from matcher.image.wsq_coding import decode_block, decoding_table
from matcher.image.wsq_wavelet import Filters, Quantisation, coefficient_count, reconstruct

MAGIC = b"\xff\xa0\xff"

_EOI, _FRAME, _BLOCK, _TRANSFORM, _BINS, _CODES, _COMMENT = 0xA1, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA8
_MAX_SEGMENTS = 100
"""More than any file has: three blocks, a Huffman table for each, and a few comments."""
_MARKER = re.compile(rb"\xff[^\x00]", re.DOTALL)
_SIZE = struct.Struct(">xxHHBHBH")  # black, white, height, width, shift and scale as decimals
_COUNTS = 16

HuffmanTable = tuple[bytes, bytes]
"""How many codes have 1 to 16 bits, and the symbols of all codes in order."""


@dataclass(slots=True)
class WsqFile:
    """Headers, tables and blocks of a file, whose pixels are not yet decoded."""

    height: int = 0
    width: int = 0
    shift: float = 0
    scale: float = 0
    filters: Filters | None = None
    bins: Quantisation | None = None
    blocks: list[tuple[bytes, HuffmanTable]] = field(default_factory=list)

    def pixels(self) -> NDArray[np.uint8]:
        """Return the decoded grey values, uint8 (height, width). Raises UnreadableImage."""
        if self.filters is None or self.bins is None:
            raise _broken("a table is missing")
        values = np.zeros(coefficient_count(self.bins, (self.height, self.width)), np.int32)
        at = 0
        for content, codes in self.blocks:
            at = decode_block(np.frombuffer(content, np.uint8), decoding_table(*codes), values, at)
            if at < 0:
                raise _broken("a block is damaged")
        if at != len(values):
            raise _broken("coefficients are missing")
        plane = reconstruct(values, self.bins, self.filters, (self.height, self.width))
        grey: NDArray[np.float32] = np.clip(np.rint(plane * self.scale + self.shift), 0, 255)
        return grey.astype(np.uint8)


def parse(data: bytes) -> WsqFile:
    """Return a file with its headers and tables read. Raises UnreadableImage or struct.error."""
    file, tables = WsqFile(), dict[int, HuffmanTable]()
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
            tables |= _huffman_tables(body)
        elif marker == _BLOCK:
            if body[:1] not in (bytes([known]) for known in tables):
                raise _broken("a block names no table of codes")
            file.blocks.append((content, tables[body[0]]))
        elif marker != _COMMENT:
            raise _broken("an unknown segment")
    return file


def warm_up() -> None:
    """Compile the kernel, or load it from the cache, before the first file."""
    no_block, no_codes = np.empty(0, np.uint8), decoding_table(bytes(_COUNTS), b"")
    decode_block(no_block, no_codes, np.empty(0, np.int32), 0)


def _segments(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield marker and body of each segment, and of a block the coded data that follow."""
    at = 2
    for _ in range(_MAX_SEGMENTS):
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
    """Return the synthesis filters; stored are half of each analysis filter, high-pass first."""
    high, low = struct.unpack_from(">BB", body)
    if not (high % 2 and low % 2):
        raise UnreadableImage(ImageFault.UNSUPPORTED, "WSQ filters of even length")
    stored = struct.iter_unpack(">BBI", body[2 : 2 + 6 * (high // 2 + low // 2 + 2)])
    half = np.array([_decimal(scale, value, sign) for sign, scale, value in stored])
    if len(half) != high // 2 + low // 2 + 2 or (abs(half) > 2).any():
        raise _broken("the table of filters is damaged")
    return Filters(low=_symmetric(half[high // 2 + 1 :]), high=_symmetric(half[: high // 2 + 1]))


def _symmetric(half: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the whole synthesis filter, given its half from the centre outwards."""
    alternating = half * (-1.0) ** np.arange(len(half))
    return np.concatenate([alternating[:0:-1], alternating])


def _quantisation(body: bytes) -> Quantisation:
    pairs = [_decimal(*pair) for pair in struct.iter_unpack(">BH", body[: 3 * 129])]
    if len(pairs) != 129:
        raise _broken("the table of bins is damaged")
    return Quantisation(centre=pairs[0], width=np.array(pairs[1::2]), zero=np.array(pairs[2::2]))


def _huffman_tables(body: bytes) -> dict[int, HuffmanTable]:
    """Return the Huffman tables of a segment by their numbers."""
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


def _broken(what: str) -> UnreadableImage:
    return UnreadableImage(ImageFault.UNREADABLE, f"not a whole WSQ image: {what}")
