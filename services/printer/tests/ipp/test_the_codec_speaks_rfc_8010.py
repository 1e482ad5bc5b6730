import pytest
from hypothesis import given
from hypothesis import strategies as st
from printer.ipp.codec import (
    Attribute,
    GroupTag,
    MalformedMessage,
    Message,
    ValueTag,
    all_texts,
    attribute,
    decode,
    encode,
    first_integer,
    first_text,
)

NAMES = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=30)
NUMBERS = st.integers(-(2**31), 2**31 - 1)
ATTRIBUTES = st.one_of(
    st.lists(NUMBERS, min_size=1, max_size=4).map(lambda v: attribute(ValueTag.INTEGER, *v)),
    st.lists(st.text(max_size=40), min_size=1, max_size=4).map(
        lambda v: attribute(ValueTag.KEYWORD, *v)
    ),
    st.booleans().map(lambda v: attribute(ValueTag.BOOLEAN, v)),
    st.just(attribute(ValueTag.NO_VALUE, None)),
)
GROUPS = st.tuples(st.sampled_from(GroupTag), st.dictionaries(NAMES, ATTRIBUTES, max_size=5))


@given(st.integers(0, 65535), st.lists(GROUPS, max_size=4), st.binary())
def test_what_is_written_is_read(
    code: int, groups: list[tuple[GroupTag, dict[str, Attribute]]], data: bytes
) -> None:
    message = Message(code, 1, groups, data)

    assert decode(encode(message)) == message


def test_the_example_of_rfc_8010_appendix_a_is_read() -> None:
    """A.1 Print-Job request, shortened to one attribute of each kind."""
    data = bytes.fromhex(
        "0101 0002 00000001 01"
        "47 0012 617474726962757465732d63686172736574 0005 7574662d38"
        "48 001b 617474726962757465732d6e61747572616c2d6c616e6775616765 0005 656e2d7573"
        "22 0016 6970702d6174747269627574652d666964656c697479 0001 01"
        "02 21 0006 636f70696573 0004 00000014"
        "44 0005 7369646573 0013 74776f2d73696465642d6c6f6e672d65646765"
        "03 25215053".replace(" ", "")
    )

    message = decode(data)

    operation, job = message.first(GroupTag.OPERATION), message.first(GroupTag.JOB)
    assert (message.code, message.request_id, message.document) == (2, 1, b"%!PS")
    assert first_text(operation, "attributes-natural-language") == "en-us"
    assert operation["ipp-attribute-fidelity"].values == (True,)
    assert first_integer(job, "copies") == 20
    assert all_texts(job, "sides") == ("two-sided-long-edge",)


def test_values_that_we_do_not_speak_are_kept_as_bytes() -> None:
    resolution = bytes.fromhex("0000012c0000012c03")
    printer = {"printer-resolution": Attribute(0x32, (resolution,))}
    message = Message(0, 1, [(GroupTag.PRINTER, printer)])

    assert decode(encode(message)) == message


@given(st.binary(max_size=200))
def test_hostile_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    try:
        message = decode(data)
    except MalformedMessage:
        return

    assert isinstance(message, Message)


@given(st.integers(1, 60))
def test_a_message_cut_anywhere_is_refused(cut: int) -> None:
    whole = encode(
        Message(2, 1, [(GroupTag.OPERATION, {"job-name": attribute(ValueTag.NAME, "x" * 40)})])
    )

    with pytest.raises(MalformedMessage):
        decode(whole[: min(cut, len(whole) - 1)])
