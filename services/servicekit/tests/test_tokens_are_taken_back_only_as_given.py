import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servicekit.grpc.page_tokens import BadPageToken, read_key, read_number, write


@given(st.integers(0, 2**31 - 1))
def test_a_number_comes_back(number: int) -> None:
    assert read_number(write(number)) == number


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_a_key_comes_back(key: str) -> None:
    assert read_key(write(key)) == key


def test_without_a_token_one_begins_at_the_beginning() -> None:
    assert read_number("") == 0
    assert read_key("") == ""


@pytest.mark.parametrize(
    "content", [b"-1", b"no", b"1.5", b"2147483648", b"9" * 90, b"\xc2\xb2", b"\0", b"1\n", b" 1"]
)
def test_a_number_that_we_never_wrote_is_refused(content: bytes) -> None:
    with pytest.raises(BadPageToken) as refused:
        read_number(base64.urlsafe_b64encode(content).decode())

    assert refused.value.field == "page_token"


@given(st.text(max_size=40))
def test_hostile_tokens_are_refused_and_nothing_else_happens(token: str) -> None:
    for read in (read_number, read_key):
        with suppress(BadPageToken):
            read(token)
