"""Data objects of a chip: tag, length, value (ISO/IEC 7816-4 clause 5.2.2; BER, definite lengths).

Tags are written as ICAO Doc 9303-10 writes them: 0x61, 0x5F1F, 0x7F61.
"""

_LONGEST_LENGTH_BYTES = 4


class MalformedChipData(Exception):
    """Bytes that are not what a file of the chip must hold."""


def encode(tag: int, value: bytes) -> bytes:
    """Return a data object; its length takes as few bytes as possible.

    tag: one or two bytes, as an integer.
    """
    return tag.to_bytes(2 if tag > 0xFF else 1) + _encode_length(len(value)) + value


def decode(data: bytes) -> list[tuple[int, bytes]]:
    """Return the tags and values of the data objects that `data` consists of, in their order.

    Raises MalformedChipData unless it consists of whole data objects.
    """
    objects, position = [], 0
    while position < len(data):
        tag, position = _decode_tag(data, position)
        length, position = _decode_length(data, position)
        value = _take(data, position, length)
        objects.append((tag, value))
        position += length
    return objects


def decode_one(data: bytes, tag: int) -> bytes:
    """Return the value of the one data object that `data` is; raise MalformedChipData otherwise."""
    objects = decode(data)
    if [found for found, _ in objects] != [tag]:
        raise MalformedChipData(f"not one data object with tag {tag:X}")
    return objects[0][1]


def _encode_length(length: int) -> bytes:
    if length < 0x80:
        return bytes([length])
    content = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes([0x80 | len(content)]) + content


def _decode_tag(data: bytes, position: int) -> tuple[int, int]:
    first = data[position]
    if first & 0x1F != 0x1F:
        return first, position + 1
    second = _take(data, position + 1, 1)[0]
    if second & 0x80:
        raise MalformedChipData("a tag of more than two bytes")
    return first << 8 | second, position + 2


def _decode_length(data: bytes, position: int) -> tuple[int, int]:
    first = _take(data, position, 1)[0]
    if first < 0x80:
        return first, position + 1
    size = first & 0x7F
    if not 1 <= size <= _LONGEST_LENGTH_BYTES:
        raise MalformedChipData("a length that is indefinite or too long")
    return int.from_bytes(_take(data, position + 1, size)), position + 1 + size


def _take(data: bytes, position: int, length: int) -> bytes:
    taken = data[position : position + length]
    if len(taken) < length:
        raise MalformedChipData("a data object ends early")
    return taken
