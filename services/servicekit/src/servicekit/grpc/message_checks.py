"""What messages must pass: size both ways, and form and the contract's rules on the way in."""

import json
from collections.abc import Callable
from typing import TypeVar

import protovalidate
from google.protobuf.message import DecodeError, Message
from protovalidate import FieldPathPb

from servicekit.errors import AnswerTooLarge, InvalidRequest, MessageTooLarge

M = TypeVar("M", bound=Message)


def decoder(decode: Callable[[bytes], M], max_bytes: int) -> Callable[[bytes], M]:
    """A decoder that raises MessageTooLarge or InvalidRequest, the latter naming the field."""

    def decode_checked(data: bytes) -> M:
        if len(data) > max_bytes:
            raise MessageTooLarge(
                f"the message has {len(data)} bytes, at most {max_bytes} are accepted",
                max_bytes=str(max_bytes),
            )
        try:
            message = decode(data)
        except DecodeError:
            raise InvalidRequest("the message cannot be decoded") from None
        validate(message)
        return message

    return decode_checked


def encoder(encode: Callable[[M], bytes], max_bytes: int) -> Callable[[M], bytes]:
    """An encoder that raises AnswerTooLarge."""

    def encode_checked(message: M) -> bytes:
        data = encode(message)
        if len(data) > max_bytes:
            raise AnswerTooLarge(
                f"the answer has {len(data)} bytes, at most {max_bytes} are sent",
                max_bytes=str(max_bytes),
            )
        return data

    return encode_checked


def validate(message: Message) -> None:
    """Raise InvalidRequest, with the path of the first field that breaks a rule of its contract."""
    violations = protovalidate.collect_violations(message, fail_fast=True)
    if violations:
        violation = violations[0].proto
        raise InvalidRequest(
            violation.message, field=_path(violation.field), rule=violation.rule_id
        )


def _path(field: FieldPathPb | None) -> str | None:
    """``samples[0].position`` or ``names["id"].family``; None for a rule of the whole message."""
    if field is None or not field.elements:
        return None
    return ".".join(
        element.field_name
        + (f"[{json.dumps(element.subscript.value)}]" if element.subscript else "")
        for element in field.elements
    )
