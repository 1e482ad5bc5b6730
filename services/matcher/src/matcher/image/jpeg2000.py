"""What a JPEG 2000 file would cost to decode, judged from its headers (ISO/IEC 15444-1, annex A).

The size alone does not bound a decoder: tiles, packets and code-blocks cost memory each, and a few
bytes of a header ask for millions of them. What prints are stored in needs few.
"""

import struct
from collections.abc import Iterator

from matcher.image.errors import BadImage, ImageFault

_MOST_BOXES, _MOST_PARTS = 100, 4096
_MOST_COMPONENTS, _MOST_TILES, _MOST_PACKETS = 4, 1024, 1 << 18
_LEAST_BLOCK = 4  # 16 pixels, a power of two
_CODESTREAM = b"\xff\x4f\xff\x51"
_SIZ, _COD, _SOT, _SOD, _EOC = 0xFF51, 0xFF52, 0xFF90, 0xFF93, 0xFFD9
_HARMLESS = (0xFF55, 0xFF57, 0xFF58, 0xFF5C, 0xFF5D, 0xFF5E, 0xFF63, 0xFF64)
"""TLM, PLM, PLT, QCD, QCC, RGN, CRG, COM. Refused are other ways to say what COD says, or to order
or hide packets (COC, POC, PPM, PPT), and what is unknown: OpenJPEG looks for the next marker inside
of it, and would find a COD there."""


def check(data: bytes, size: tuple[int, int]) -> None:
    """Raise BadImage, or struct.error where bytes are missing, if decoding would cost too much.

    size: width and height as they were judged; the codestream must say the same.
    """
    tiles = components = 0
    for marker, body in _segments(_codestream(data)):
        if marker == _SIZ:
            tiles, components = _tiles(body, size)
        elif marker == _COD:
            if _packets(body, size, tiles) * components > _MOST_PACKETS:
                raise _unsupported("too many packets")
        elif marker not in (_SOT, *_HARMLESS):
            raise _unsupported(f"segments {marker:04X}")


def _codestream(data: bytes) -> bytes:
    """The codestream, which may lie in the boxes of annex I."""
    if data.startswith(_CODESTREAM):
        return data
    at = 0
    for _ in range(_MOST_BOXES):
        length, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if length == 1:
            (length,), head = struct.unpack_from(">Q", data, at + 8), 16
        if kind == b"jp2c":
            return data[at + head :]
        if length < head:
            break
        at += length
    raise _unsupported("no codestream among the boxes")


def _segments(code: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and body of each segment of the main header and of every tile-part's."""
    at, part, parts = 2, 0, 0
    while parts <= _MOST_PARTS:
        (marker,) = struct.unpack_from(">H", code, at)
        if marker == _EOC:
            return
        if marker == _SOD:
            (length,) = struct.unpack_from(">I", code, part + 6)
            if length == 0:  # up to the end
                return
            if part + length <= at:
                break
            at = part + length
            continue
        (length,) = struct.unpack_from(">H", code, at + 2)
        if marker == _SOT:
            part, parts = at, parts + 1
        yield marker, code[at + 4 : at + 2 + length]
        at += 2 + length
    raise _unsupported("a strange row of tile-parts")


def _tiles(body: bytes, size: tuple[int, int]) -> tuple[int, int]:
    """How many tiles and components."""
    right, below, left, above, tile_width, tile_height, *origin, components = struct.unpack_from(
        ">xx8IH", body
    )
    if (right, below) != size or any((left, above, *origin)):
        raise _unsupported("two sizes, or an origin elsewhere")
    tiles = -(-right // max(1, tile_width)) * -(-below // max(1, tile_height))
    if tiles > _MOST_TILES or components > _MOST_COMPONENTS:
        raise _unsupported(f"{tiles} tiles and {components} components")
    return tiles, components


def _packets(body: bytes, size: tuple[int, int], tiles: int) -> int:
    """How many packets a component has: one for each layer, level of resolution and precinct."""
    layers: int
    style, _, layers, _, levels, *block = struct.unpack_from(">BBHBBBB", body)
    if min(block) + 2 < _LEAST_BLOCK:
        raise _unsupported("code-blocks of few pixels")
    precincts = body[10 : 11 + levels] if style & 1 else b"\xff" * (levels + 1)
    places = 0
    for halvings, powers in zip(range(levels, -1, -1), precincts, strict=False):
        across, down = (
            -(-side >> (halvings + power))
            for side, power in zip(size, (powers & 0xF, powers >> 4), strict=True)
        )
        places += max(tiles, across * down)
    return layers * places


def _unsupported(what: str) -> BadImage:
    return BadImage(ImageFault.UNSUPPORTED, f"JPEG 2000 with {what}")
