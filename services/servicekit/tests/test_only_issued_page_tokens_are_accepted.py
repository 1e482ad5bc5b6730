import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servicekit.grpc.page_tokens import BadPageToken, decode_key, decode_number, encode, encode_next


@given(st.integers(0, 2**31 - 1))
def test_a_number_comes_back(number: int) -> None:
    assert decode_number(encode(number)) == number


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126)))
def test_a_key_comes_back(key: str) -> None:
    assert decode_key(encode(key)) == key


def test_a_page_is_continued_after_its_last_item_where_there_are_more() -> None:
    def next_after(*found: str) -> str:
        return decode_key(encode_next(found, 3, lambda item: item))

    assert next_after("a", "b", "c", "d") == "c"
    assert next_after("a", "b", "c") == next_after("a") == next_after() == ""


def test_an_empty_token_starts_at_the_beginning() -> None:
    assert decode_number("") == 0
    assert decode_key("") == ""


@pytest.mark.parametrize(
    "content", [b"-1", b"no", b"1.5", b"2147483648", b"9" * 90, b"\xc2\xb2", b"\0", b"1\n", b" 1"]
)
def test_a_number_that_was_never_issued_is_refused(content: bytes) -> None:
    with pytest.raises(BadPageToken) as refused:
        decode_number(base64.urlsafe_b64encode(content).decode())

    assert refused.value.field == "page_token"


@pytest.mark.parametrize("token", ["YQ", "a b=", "w6k=", "CQ==", "AA=="])
def test_a_key_that_was_never_issued_is_refused(token: str) -> None:
    with pytest.raises(BadPageToken) as refused:
        decode_key(token)

    assert refused.value.field == "page_token"


@given(st.text(max_size=40))
def test_arbitrary_tokens_raise_nothing_but_bad_page_token(token: str) -> None:
    for decode in (decode_number, decode_key):
        with suppress(BadPageToken):
            decode(token)
