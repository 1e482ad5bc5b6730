"""Encoding of IPP messages (RFC 8010 section 3), for both ends.

A message is a code (operation or status), a request number, groups of attributes and, behind them,
the bytes of a document. Every attribute is a list of values. Values that we have no use for, such
as collections and resolutions, are kept as bytes.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

_VERSION = 0x0200
_HEADER = struct.Struct(">HHI")


class Group(IntEnum):
    """Delimiter tags that open a group (RFC 8010 section 3.5.1)."""

    OPERATION = 0x01
    JOB = 0x02
    PRINTER = 0x04
    UNSUPPORTED = 0x05


class Tag(IntEnum):
    """Value tags (RFC 8010 section 3.5.2) that we know."""

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
    """Values of one type under one name."""

    tag: int
    values: tuple[Value, ...]


Attributes = dict[str, Attribute]


@dataclass(frozen=True, slots=True)
class Message:
    """A request (code is the operation) or an answer (code is the status)."""

    code: int
    request: int
    groups: list[tuple[Group, Attributes]] = field(default_factory=list)
    data: bytes = b""

    def all(self, group: Group) -> list[Attributes]:
        """Every group of this kind, in order."""
        return [attributes for kind, attributes in self.groups if kind == group]

    def first(self, group: Group) -> Attributes:
        """The first group of this kind; empty when there is none."""
        return next(iter(self.all(group)), {})


class MalformedMessage(ValueError):
    """Bytes that are not an IPP message."""


def one(tag: Tag, *values: Value) -> Attribute:
    """An attribute of these values."""
    return Attribute(tag, values)


def integer(attributes: Attributes, name: str) -> int | None:
    """First value of an attribute if it is a number."""
    value = attributes[name].values[0] if name in attributes else None
    return value if type(value) is int else None  # a boolean is none


def text(attributes: Attributes, name: str) -> str | None:
    """First value of an attribute if it is a text."""
    value = attributes[name].values[0] if name in attributes else None
    return value if isinstance(value, str) else None


def texts(attributes: Attributes, name: str) -> tuple[str, ...]:
    """All values of an attribute that are texts."""
    values = attributes[name].values if name in attributes else ()
    return tuple(value for value in values if isinstance(value, str))


def encode(message: Message) -> bytes:
    """The bytes of a message, version 2.0."""
    parts = [_HEADER.pack(_VERSION, message.code, message.request)]
    for group, attributes in message.groups:
        parts.append(bytes([group]))
        for name, attribute in attributes.items():
            parts.extend(_encode_attribute(name, attribute))
    return b"".join([*parts, bytes([_END_OF_ATTRIBUTES]), message.data])


def _encode_attribute(name: str, attribute: Attribute) -> Iterator[bytes]:
    for position, value in enumerate(attribute.values):
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
    return struct.pack(">?", value) if tag == Tag.BOOLEAN else struct.pack(">i", value)


def decode(data: bytes) -> Message:
    """Read a message; raises MalformedMessage."""
    try:
        _, code, request = _HEADER.unpack_from(data)
        groups, end = _decode_groups(data, _HEADER.size)
    except (struct.error, IndexError, KeyError, ValueError) as error:
        raise MalformedMessage(f"not an IPP message: {error}") from error
    return Message(code, request, groups, data[end:])


def _decode_groups(data: bytes, at: int) -> tuple[list[tuple[Group, Attributes]], int]:
    groups: list[tuple[Group, dict[str, tuple[int, list[Value]]]]] = []
    last = ""
    while (tag := data[at]) != _END_OF_ATTRIBUTES:
        at += 1
        if tag < _FIRST_VALUE_TAG:
            groups.append((Group(tag), {}))
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
    if tag in (Tag.INTEGER, Tag.ENUM):
        return int(struct.unpack(">i", content)[0])
    if tag == Tag.BOOLEAN:
        return bool(struct.unpack(">?", content)[0])
    if tag in _TEXTS:
        return content.decode()
    if tag in (Tag.TEXT_WITH_LANGUAGE, Tag.NAME_WITH_LANGUAGE):
        _language, at = _take(content, 0)
        return _take(content, at)[0].decode()
    return None if tag == Tag.NO_VALUE else content
