"""A refusal says how a text is written, not by which regular expression it is checked."""

from collections.abc import Iterator

import pytest
from buf.validate import validate_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from passport.issuance.v1 import applications_pb2, offices_pb2
from passport.matcher.v1 import encounters_pb2
from passport.type.v1 import text_pb2
from servicekit.errors import InvalidRequest
from servicekit.grpc.message_checks import validate

from .contracts import FILES


def _messages(types: Iterator[Descriptor] | list[Descriptor]) -> Iterator[Descriptor]:
    for message_type in types:
        yield message_type
        yield from _messages(list(message_type.nested_types))


def _with_pattern() -> dict[str, FieldDescriptor]:
    files = {file.name: file for each in FILES for file in (each, *each.dependencies)}
    fields = {}
    for file in files.values():
        if not file.name.startswith("passport/"):
            continue
        for message_type in _messages(list(file.message_types_by_name.values())):
            for field in message_type.fields:
                rules = field.GetOptions().Extensions[validate_pb2.field]
                if rules.string.pattern or rules.repeated.items.string.pattern:
                    fields[field.full_name] = field
    return fields


FIELDS = _with_pattern()


def test_there_are_patterns() -> None:
    assert "passport.issuance.v1.PutOfficeRequest.opens" in FIELDS
    assert "passport.type.v1.BiographicData.personal_number" in FIELDS


@pytest.mark.parametrize("name", FIELDS)
def test_every_pattern_is_told_in_words(name: str) -> None:
    assert FIELDS[name].GetOptions().Extensions[text_pb2.format]


def _refused(
    message: applications_pb2.CreateApplicationRequest
    | offices_pb2.PutOfficeRequest
    | encounters_pb2.CreateEncounterRequest,
) -> tuple[str | None, str]:
    with pytest.raises(InvalidRequest) as refused:
        validate(message)
    return refused.value.field, refused.value.message


def test_an_hour_is_refused_in_words() -> None:
    request = offices_pb2.PutOfficeRequest(request_id="request-1", office="BJM", opens="8:00")

    assert _refused(request) == (
        "opens",
        "write it as hours and minutes, from 00:00 to 23:59, such as 08:00",
    )


def test_a_language_among_several_is_refused_in_words() -> None:
    request = offices_pb2.PutOfficeRequest(
        request_id="request-1", office="BJM", languages=["id", "fr"]
    )

    assert _refused(request) == ("languages[1]", "write it as id or en")


def test_a_number_within_a_message_is_refused_in_words() -> None:
    request = applications_pb2.CreateApplicationRequest(
        request_id="request-1", office="BJM", type=applications_pb2.APPLICATION_TYPE_NEW
    )
    holder = request.holder
    holder.name.primary, holder.nationality, holder.birth_place = "Nur", "IDN", "Banjarmasin"
    holder.born_on.year, holder.born_on.month, holder.born_on.day = 1990, 4, 21
    holder.personal_number = "6371014107850001"

    field, words = _refused(request)

    assert field == "holder.personal_number"
    assert "a NIK, of 16 digits, does not fit into a passport" in words
