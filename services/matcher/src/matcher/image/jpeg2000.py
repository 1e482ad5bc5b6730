"""A bound on the cost of decoding a JPEG 2000 file, from its headers (ISO/IEC 15444-1, annex A).

The size of the image does not bound the cost: each tile, packet and code-block takes memory, and a
few bytes of a header can declare millions of them. Fingerprint images need few.
"""

import struct
from collections.abc import Iterator

from matcher.image.unreadable_image import ImageFault, UnreadableImage

_MAX_BOXES, _MAX_TILE_PARTS = 100, 4096
_MAX_COMPONENTS, _MAX_TILES, _MAX_PACKETS = 4, 1024, 1 << 18
_MIN_BLOCK_EXPONENT = 4  # code-blocks of at least 16 pixels
_CODESTREAM = b"\xff\x4f\xff\x51"
_SIZ, _COD, _SOT, _SOD, _EOC = 0xFF51, 0xFF52, 0xFF90, 0xFF93, 0xFFD9
_ACCEPTED = (0xFF55, 0xFF57, 0xFF58, 0xFF5C, 0xFF5D, 0xFF5E, 0xFF63, 0xFF64)
"""TLM, PLM, PLT, QCD, QCC, RGN, CRG, COM. Refused are segments that override COD, or reorder or
relocate packets (COC, POC, PPM, PPT), and unknown ones: OpenJPEG searches the next marker inside
them, and could find a COD there."""


def check_decoding_cost(data: bytes, size: tuple[int, int]) -> None:
    """Raise UnreadableImage if decoding would cost too much, struct.error if bytes are missing.

    size: width and height that were checked; the codestream must state the same.
    """
    tiles = components = 0
    for marker, body in _segments(_codestream(data)):
        if marker == _SIZ:
            tiles, components = _tiles(body, size)
        elif marker == _COD:
            if _packets(body, size, tiles) * components > _MAX_PACKETS:
                raise _unsupported("too many packets")
        elif marker not in (_SOT, *_ACCEPTED):
            raise _unsupported(f"segments {marker:04X}")


def _codestream(data: bytes) -> bytes:
    """Return the codestream, which may be wrapped in the boxes of annex I."""
    if data.startswith(_CODESTREAM):
        return data
    at = 0
    for _ in range(_MAX_BOXES):
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
    """Yield marker and body of each segment of the main header and all tile-part headers."""
    at, part, parts = 2, 0, 0
    while parts <= _MAX_TILE_PARTS:
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
    """Return the numbers of tiles and of components that a SIZ segment declares."""
    right, below, left, above, tile_width, tile_height, *origin, components = struct.unpack_from(
        ">xx8IH", body
    )
    if (right, below) != size or any((left, above, *origin)):
        raise _unsupported("two sizes, or an origin elsewhere")
    tiles = -(-right // max(1, tile_width)) * -(-below // max(1, tile_height))
    if tiles > _MAX_TILES or components > _MAX_COMPONENTS:
        raise _unsupported(f"{tiles} tiles and {components} components")
    return tiles, components


def _packets(body: bytes, size: tuple[int, int], tiles: int) -> int:
    """Return the number of packets of a component: one per layer, resolution and precinct."""
    layers: int
    style, _, layers, _, levels, *block = struct.unpack_from(">BBHBBBB", body)
    if min(block) + 2 < _MIN_BLOCK_EXPONENT:
        raise _unsupported("code-blocks of few pixels")
    precincts = body[10 : 11 + levels] if style & 1 else b"\xff" * (levels + 1)
    precinct_count = 0
    for halvings, powers in zip(range(levels, -1, -1), precincts, strict=False):
        across, down = (
            -(-side >> (halvings + power))
            for side, power in zip(size, (powers & 0xF, powers >> 4), strict=True)
        )
        precinct_count += max(tiles, across * down)
    return layers * precinct_count


def _unsupported(what: str) -> UnreadableImage:
    return UnreadableImage(ImageFault.UNSUPPORTED, f"JPEG 2000 with {what}")
