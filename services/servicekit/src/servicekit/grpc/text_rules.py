"""Which text do messages hold? One that can be read, and in printed fields what can be printed."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any, NamedTuple

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from passport.type.v1 import printed_pb2, text_pb2

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_CONTROL_EXCEPT_LAYOUT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


class TextFault(NamedTuple):
    """What is wrong with a text, for people, and the rule that it breaks, for programs."""

    message: str
    rule: str


class FieldFault(NamedTuple):
    """The path of a field, and what is wrong with its text."""

    path: str
    fault: TextFault


_Check = Callable[[str], TextFault | None]


def text_faults(message: Message) -> Iterator[FieldFault]:
    """Yield the fields of a message, and of those within it, whose text breaks a rule."""
    for field, check in _fields_with_text(message.DESCRIPTOR):
        for path, value in _values(message, field):
            if isinstance(value, Message):
                for inner in text_faults(value):
                    yield FieldFault(f"{path}.{inner.path}", inner.fault)
            elif isinstance(value, str) and (fault := check(value)):
                yield FieldFault(path, fault)


def printed_fault(kind: "printed_pb2.Printed.ValueType", text: str) -> TextFault | None:
    """Return why a text of this kind cannot be printed in a passport; None if it can be.

    An empty text prints as nothing; whether that is allowed is for other rules of the field.

    The rule of each kind stands in the contract, passport/type/v1/printed.proto.
    """
    rule, name = _printed_rule(kind)
    if not text:
        return None
    if rule.codes:
        unknown = text not in rule.codes
        return TextFault(f"there is no such code: {rule.instead}", name) if unknown else None
    composed = unicodedata.normalize("NFC", text)
    for place, character in enumerate(composed, start=1):
        if not re.match(f"[{rule.characters}]", character):
            fault = f"character {place} ({_described(character)}) cannot be printed in a passport"
            return TextFault(f"{fault}: {rule.instead}", name)
    if not re.search(f"[{rule.letters}]", composed):
        return TextFault(f"there is nothing in it that can be printed: {rule.instead}", name)
    return None


@cache
def _printed_rule(kind: int) -> tuple[printed_pb2.PrintedRule, str]:
    """Return the rule of a kind of printed text, and its name for programs."""
    value = printed_pb2.Printed.DESCRIPTOR.values_by_number[kind]
    rule = value.GetOptions().Extensions[printed_pb2.printed_rule]
    return rule, value.name.lower().replace("_", ".", 1)


def _described(character: str) -> str:
    """Return the code point and Unicode's name of a character; control characters have none."""
    name = unicodedata.name(character, "a control character or one without a name")
    return f"U+{ord(character):04X}, {name.lower()}"


def _legible_fault(refused: re.Pattern[str], text: str) -> TextFault | None:
    if refused.search(text):
        return TextFault("control characters are not accepted", "string.control_characters")
    if text and not any(each.isprintable() and not each.isspace() for each in text):
        return TextFault("there is nothing in it that can be read", "string.blank")
    return None


def _check_of(field: FieldDescriptor) -> _Check:
    options = field.GetOptions()
    if kind := options.Extensions[printed_pb2.printed]:
        return partial(printed_fault, kind)
    multiline = options.Extensions[text_pb2.multiline]
    return partial(_legible_fault, _CONTROL_EXCEPT_LAYOUT if multiline else _CONTROL)


@cache
def _fields_with_text(message_type: Descriptor) -> list[tuple[FieldDescriptor, _Check]]:
    """Return the fields of text or messages, each with the check of its text.

    Not the fields of bytes: to read them is to copy them.
    """
    return [
        (field, _check_of(field))
        for field in message_type.fields
        if field.type in (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_MESSAGE)
    ]


def _values(message: Message, field: FieldDescriptor) -> Iterator[tuple[str, Any]]:
    """Yield the value or values of a field, each with its path; of a map its keys as well."""
    name, value = field.name, getattr(message, field.name)
    if not field.is_repeated:
        if not field.has_presence or message.HasField(name):
            yield name, value
    elif field.message_type is not None and field.message_type.GetOptions().map_entry:
        for key in value:
            path = f"{name}[{json.dumps(key)}]"
            yield path, key
            yield path, value[key]
    else:
        for index, item in enumerate(value):
            yield f"{name}[{index}]", item
