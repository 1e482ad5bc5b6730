"""Which messages are accepted? Those of allowed size that decode and obey the contract's rules."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

import protovalidate
from google.protobuf.message import DecodeError, Message
from passport.type.v1 import text_pb2
from protovalidate import FieldPathPb

from servicekit.errors import InvalidRequest, RequestTooLarge, ResponseTooLarge
from servicekit.grpc.text_rules import text_faults

M = TypeVar("M", bound=Message)


def decoder(decode: Callable[[bytes], M], max_bytes: int) -> Callable[[bytes], M]:
    """Return a decoder of requests that checks size, form and the contract's rules.

    It raises RequestTooLarge, or InvalidRequest which names the field.
    """

    def decode_checked(data: bytes) -> M:
        if len(data) > max_bytes:
            raise RequestTooLarge(
                f"the request has {len(data)} bytes, at most {max_bytes} are accepted",
                max_bytes=str(max_bytes),
            )
        try:
            message = decode(data)
        except DecodeError:
            raise InvalidRequest("the request cannot be decoded") from None
        validate(message)
        return message

    return decode_checked


def encoder(encode: Callable[[M], bytes], max_bytes: int) -> Callable[[M], bytes]:
    """Return an encoder of responses that raises ResponseTooLarge above ``max_bytes``."""

    def encode_checked(message: M) -> bytes:
        data = encode(message)
        if len(data) > max_bytes:
            raise ResponseTooLarge(
                f"the response has {len(data)} bytes, at most {max_bytes} are sent",
                max_bytes=str(max_bytes),
            )
        return data

    return encode_checked


def validate(message: Message) -> None:
    """Raise InvalidRequest, naming the field, if the message breaks a rule of the contract.

    The rules are those of protovalidate; that text has no control characters, since keys with them
    look alike to people and not every database can store them; that text which is given, such as a
    reason, can be read; and that a passport can show what is printed in it.
    """
    for field, fault in text_faults(message):
        raise InvalidRequest(fault.message, field=field, rule=fault.rule)
    violations = protovalidate.collect_violations(message, fail_fast=True)
    if violations:
        violation = violations[0].proto
        problem = violation.message
        if violation.field is not None and violation.rule_id == "string.pattern":
            problem = f"write it as {_format(message, violation.field)}"
        raise InvalidRequest(problem, field=_path(violation.field), rule=violation.rule_id)


def _format(message: Message, path: FieldPathPb) -> str:
    """Return how the text at a path of a message is written, in the words of its contract."""
    *parents, last = path.elements
    within: Any = message.DESCRIPTOR
    for element in parents:
        within = within.fields_by_name[element.field_name].message_type
    words: str = within.fields_by_name[last.field_name].GetOptions().Extensions[text_pb2.format]
    return words


def _path(field: FieldPathPb | None) -> str | None:
    """Return ``samples[0].position`` or the like; None for a rule of the whole message."""
    if field is None or not field.elements:
        return None
    return ".".join(
        element.field_name
        + (f"[{json.dumps(element.subscript.value)}]" if element.subscript else "")
        for element in field.elements
    )
