"""Text can be read: no control characters, lines in free text only, and not only spaces."""

from typing import Any

import grpc
import pytest
from google.protobuf.struct_pb2 import Struct
from passport.issuance.v1 import applications_pb2
from passport.matcher.v1 import encounters_pb2 as pb
from passport.matcher.v1 import encounters_pb2_grpc as stubs
from servicekit.errors import InvalidRequest
from servicekit.grpc.message_checks import validate


async def unreachable(request: Any, context: Any) -> Any:
    raise AssertionError("an invalid request reached its handler")


@pytest.mark.parametrize("character", ["\0", "\n", "\x1f", "\x7f", "\x85", "\x9f"])
async def test_a_key_with_a_control_character_is_refused(
    serve: Any, connect: Any, failure: Any, character: str
) -> None:
    address = await serve({"GetEncounter": unreachable})
    stub = stubs.EncountersStub(connect(address))

    request = pb.GetEncounterRequest(encounter_id=f"e1{character}")
    refused = await failure(stub.GetEncounter(request, timeout=20))

    assert refused.code is grpc.StatusCode.INVALID_ARGUMENT
    assert refused.info.reason == "INVALID_REQUEST"
    assert refused.fields == ["encounter_id"]


def refuse(reason: str) -> applications_pb2.RefuseRequest:
    return applications_pb2.RefuseRequest(
        request_id="request-1", application_id="a1", reason=reason
    )


def test_free_text_may_have_several_lines_and_tabs() -> None:
    validate(refuse("first line\r\n\tsecond line ~\u00a0é"))


@pytest.mark.parametrize("character", ["\0", "\x08", "\x0b", "\x0c", "\x0e", "\x1f", "\x9f"])
def test_free_text_has_no_other_control_characters(character: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        validate(refuse(f"a{character}b"))

    assert refused.value.field == "reason"


@pytest.mark.parametrize("text", [" ", "\t\r\n ", "\u00a0", "\u200b \u2060", "\u3000"])
def test_a_reason_that_says_nothing_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        validate(refuse(text))

    assert (refused.value.field, refused.value.metadata) == ("reason", {"rule": "string.blank"})


@pytest.mark.parametrize("text", ["-", " a ", "\n東京", "\u0645"])
def test_text_of_any_script_is_accepted(text: str) -> None:
    validate(refuse(text))


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"key\0": 1}, 'fields["key\\u0000"]'),
        ({"key": "\0"}, 'fields["key"].string_value'),
        ({"list": ["a", "b\0"]}, 'fields["list"].list_value.values[1].string_value'),
    ],
)
def test_text_within_messages_lists_and_maps_is_checked(
    content: dict[str, Any], field: str
) -> None:
    message = Struct()
    message.update(content)

    with pytest.raises(InvalidRequest) as refused:
        validate(message)

    assert refused.value.field == field
