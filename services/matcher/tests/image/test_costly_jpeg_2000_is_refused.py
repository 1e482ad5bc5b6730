"""A few bytes of a header ask a decoder for millions of things, in an image of any size."""

import io
import struct
from typing import Any

import numpy as np
import pytest
from matcher.image.decode import decode
from matcher.image.unreadable_image import ImageFault, UnreadableImage
from PIL import Image

SIZ, COD = b"\xff\x51", b"\xff\x52"


def a_codestream(*, no_jp2: bool = True, **options: object) -> bytes:
    file = io.BytesIO()
    grey = np.random.default_rng(0).integers(0, 256, (200, 180), np.uint8)
    Image.fromarray(grey).save(file, "JPEG2000", no_jp2=no_jp2, **options)
    return file.getvalue()


def with_field(code: bytes, marker: bytes, offset: int, value: bytes) -> bytes:
    at = code.index(marker) + offset
    return code[:at] + value + code[at + len(value) :]


def hidden(code: bytes) -> bytes:
    """The COD segment inside of one that nobody knows, where OpenJPEG still finds it."""
    at = code.index(COD)
    end = at + 2 + int.from_bytes(code[at + 2 : at + 4], "big")
    return code[:at] + struct.pack(">HH", 0xFF6F, 2 + end - at) + code[at:]


GOOD = a_codestream()
COSTLY = {
    "layers": with_field(GOOD, COD, 6, b"\xff\xff"),
    "tiles of a pixel": with_field(GOOD, SIZ, 22, struct.pack(">II", 1, 1)),
    "tiles of nothing": with_field(GOOD, SIZ, 22, struct.pack(">II", 0, 0)),
    "tiny code-blocks": with_field(GOOD, COD, 10, b"\0\0"),
    "precincts of a pixel": with_field(
        with_field(a_codestream(precinct_size=(64, 64)), COD, 14, bytes(6)), COD, 6, b"\0\x20"
    ),
    "another size than its file": with_field(
        a_codestream(no_jp2=False), SIZ, 6, struct.pack(">II", 60_000, 60_000)
    ),
    "an origin elsewhere": with_field(GOOD, SIZ, 14, struct.pack(">II", 1, 1)),
    "a hidden description": hidden(GOOD),
    "another description": GOOD.replace(COD, b"\xff\x53\0\x09" + bytes(7) + COD, 1),
}


@pytest.mark.parametrize("code", COSTLY.values(), ids=COSTLY)
def test_before_it_is_decoded(code: bytes) -> None:
    with pytest.raises(UnreadableImage) as refused:
        decode(code, 500)

    assert refused.value.fault is ImageFault.UNSUPPORTED


@pytest.mark.parametrize(
    "options",
    [
        {"tile_size": (64, 64)},
        {"precinct_size": (64, 64)},
        {"irreversible": True, "quality_mode": "rates", "quality_layers": [40, 20, 10]},
        {"num_resolutions": 7, "codeblock_size": (32, 32), "progression": "RPCL"},
    ],
    ids=["tiles", "precincts", "layers", "levels"],
)
def test_what_prints_are_stored_in_is_read(options: dict[str, Any]) -> None:
    assert decode(a_codestream(**options), 500).shape == (200, 180)
