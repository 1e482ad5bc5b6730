"""Encoding and decoding of IPP messages (RFC 8010 section 3), requests and responses alike.

A message is a code (operation-id or status-code), a request-id, groups of attributes and, after
them, the bytes of a document. Every attribute is a list of values. Values of types that are not
used here, such as collections and resolutions, are kept as bytes.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

_VERSION = 0x0200
_HEADER = struct.Struct(">HHI")


class GroupTag(IntEnum):
    """Delimiter tags that begin a group of attributes (RFC 8010 section 3.5.1)."""

    OPERATION = 0x01
    JOB = 0x02
    PRINTER = 0x04
    UNSUPPORTED = 0x05


class ValueTag(IntEnum):
    """Value tags (RFC 8010 section 3.5.2) that are used here."""

    NO_VALUE = 0x13
    INTEGER = 0x21
    BOOLEAN = 0x22
    ENUM = 0x23
    TEXT_WITH_LANGUAGE = 0x35
    NAME_WITH_LANGUAGE = 0x36
    TEXT = 0x41
    NAME = 0x42
    KEYWORD = 0x44
    URI = 0x45
    CHARSET = 0x47
    LANGUAGE = 0x48
    MIME_TYPE = 0x49


_END_OF_ATTRIBUTES = 0x03
_FIRST_VALUE_TAG = 0x10
_TEXTS = range(0x41, 0x4A)
Value = int | bool | str | bytes | None


class Attribute(NamedTuple):
    """The values of an attribute, all of the type that the tag names."""

    tag: int
    values: tuple[Value, ...]


Attributes = dict[str, Attribute]


@dataclass(frozen=True, slots=True)
class Message:
    """A request or a response.

    code: operation-id of a request, status-code of a response. request_id: the same in both.
    document: bytes after the attributes, empty if there are none.
    """

    code: int
    request_id: int
    groups: list[tuple[GroupTag, Attributes]] = field(default_factory=list)
    document: bytes = b""

    def all(self, tag: GroupTag) -> list[Attributes]:
        """Return every group that begins with this tag, in order."""
        return [attributes for group, attributes in self.groups if group == tag]

    def first(self, tag: GroupTag) -> Attributes:
        """Return the first group that begins with this tag; empty when there is none."""
        return next(iter(self.all(tag)), {})


class MalformedMessage(ValueError):
    """Bytes that are not an IPP message."""


def attribute(tag: ValueTag, *values: Value) -> Attribute:
    """Return an attribute of these values."""
    return Attribute(tag, values)


def first_integer(attributes: Attributes, name: str) -> int | None:
    """Return the first value of an attribute if it is an integer; otherwise None."""
    value = attributes[name].values[0] if name in attributes else None
    return value if type(value) is int else None  # isinstance would take a boolean


def first_text(attributes: Attributes, name: str) -> str | None:
    """Return the first value of an attribute if it is a text; otherwise None."""
    value = attributes[name].values[0] if name in attributes else None
    return value if isinstance(value, str) else None


def all_texts(attributes: Attributes, name: str) -> tuple[str, ...]:
    """Return the values of an attribute that are texts."""
    values = attributes[name].values if name in attributes else ()
    return tuple(value for value in values if isinstance(value, str))


def encode(message: Message) -> bytes:
    """Return the bytes of a message, with version-number 2.0."""
    parts = [_HEADER.pack(_VERSION, message.code, message.request_id)]
    for group, attributes in message.groups:
        parts.append(bytes([group]))
        for name, attribute in attributes.items():
            parts.extend(_encode_attribute(name, attribute))
    return b"".join([*parts, bytes([_END_OF_ATTRIBUTES]), message.document])


def _encode_attribute(name: str, attribute: Attribute) -> Iterator[bytes]:
    for position, value in enumerate(attribute.values):
        # RFC 8010 section 3.1.5: additional values have an empty name.
        key = name.encode() if position == 0 else b""
        content = _encode_value(attribute.tag, value)
        yield struct.pack(">BH", attribute.tag, len(key)) + key
        yield struct.pack(">H", len(content)) + content


def _encode_value(tag: int, value: Value) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    return struct.pack(">?", value) if tag == ValueTag.BOOLEAN else struct.pack(">i", value)


def decode(data: bytes) -> Message:
    """Return the message that the bytes encode; raise MalformedMessage if they encode none."""
    try:
        _version, code, request_id = _HEADER.unpack_from(data)
        groups, end = _decode_groups(data, _HEADER.size)
    except (struct.error, IndexError, KeyError, ValueError) as error:
        raise MalformedMessage(f"not an IPP message: {error}") from error
    return Message(code, request_id, groups, data[end:])


def _decode_groups(data: bytes, at: int) -> tuple[list[tuple[GroupTag, Attributes]], int]:
    groups: list[tuple[GroupTag, dict[str, tuple[int, list[Value]]]]] = []
    last = ""
    while (tag := data[at]) != _END_OF_ATTRIBUTES:
        at += 1
        if tag < _FIRST_VALUE_TAG:
            groups.append((GroupTag(tag), {}))
            continue
        name, at = _take(data, at)
        content, at = _take(data, at)
        attributes = groups[-1][1]
        if name:
            last = name.decode()
            attributes[last] = (tag, [])
        attributes[last][1].append(_decode_value(tag, content))
    return [(group, _frozen(attributes)) for group, attributes in groups], at + 1


def _frozen(attributes: dict[str, tuple[int, list[Value]]]) -> Attributes:
    return {name: Attribute(tag, tuple(values)) for name, (tag, values) in attributes.items()}


def _take(data: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from(">H", data, at)
    end = at + 2 + length
    if end > len(data):
        raise MalformedMessage("the message ends within a value")
    return data[at + 2 : end], end


def _decode_value(tag: int, content: bytes) -> Value:
    if tag in (ValueTag.INTEGER, ValueTag.ENUM):
        return int(struct.unpack(">i", content)[0])
    if tag == ValueTag.BOOLEAN:
        return bool(struct.unpack(">?", content)[0])
    if tag in _TEXTS:
        return content.decode()
    if tag in (ValueTag.TEXT_WITH_LANGUAGE, ValueTag.NAME_WITH_LANGUAGE):
        _language, at = _take(content, 0)
        return _take(content, at)[0].decode()
    return None if tag == ValueTag.NO_VALUE else content
