import pytest
from hypothesis import given
from hypothesis import strategies as st
from printer.chip.data_objects import MalformedChipData, decode, decode_one, encode

TAGS = st.one_of(
    st.integers(0, 0xFF).filter(lambda tag: tag & 0x1F != 0x1F),
    st.tuples(st.sampled_from([0x5F, 0x7F, 0x1F, 0xBF]), st.integers(0, 0x7F)).map(
        lambda pair: pair[0] << 8 | pair[1]
    ),
)
LENGTHS = st.sampled_from([0, 1, 127, 128, 255, 256, 65535, 65536])
VALUES = st.one_of(st.binary(max_size=300), LENGTHS.map(bytes))


@given(st.lists(st.tuples(TAGS, VALUES), max_size=4))
def test_any_data_objects_one_after_the_other(objects: list[tuple[int, bytes]]) -> None:
    assert decode(b"".join(encode(tag, value) for tag, value in objects)) == objects


@given(TAGS, VALUES, st.data())
def test_one_that_ends_early_is_refused(tag: int, value: bytes, data: st.DataObject) -> None:
    whole = encode(tag, value)
    cut = data.draw(st.integers(1, len(whole) - 1))

    with pytest.raises(MalformedChipData):
        decode(whole[:cut])


@given(st.binary(max_size=40))
def test_any_bytes_are_data_objects_or_refused(data: bytes) -> None:
    try:
        objects = decode(data)
    except MalformedChipData:
        return
    assert sum(len(value) for _, value in objects) <= len(data)


@pytest.mark.parametrize(
    ("length", "header"),
    [(0, "6100"), (127, "617f"), (128, "618180"), (255, "6181ff"), (256, "61820100"),
     (65536, "6183010000")],
)  # fmt: skip
def test_lengths_are_as_short_as_possible(length: int, header: str) -> None:
    assert encode(0x61, bytes(length)).hex()[: len(header)] == header


@pytest.mark.parametrize("data", ["6180", "6185010000000000", "5f8101", "61", "7f"])
def test_what_no_passport_has_is_refused(data: str) -> None:
    with pytest.raises(MalformedChipData):
        decode(bytes.fromhex(data))


def test_another_tag_is_refused() -> None:
    with pytest.raises(MalformedChipData):
        decode_one(encode(0x61, b""), 0x75)
