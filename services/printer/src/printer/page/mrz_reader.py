"""Read the machine readable zone from a picture of a page: optical recognition of OCR-B.

The characters have one size and one pitch, and gaps between them, so each is cut out and compared
with the 37 characters of the font (ICAO Doc 9303-3 clause 4.3). Nothing is corrected by check
digits: what is read is what is printed.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from printer.page.mrz import LINE_LENGTH, Mrz

Grey = NDArray[np.uint8]
"""Shape (height, width), 0 black, 255 white."""
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789<"
_FONT = Path(__file__).parent / "fonts" / "OCRB.ttf"
# Characters are compared in cells of this size, scaled so that they are 20 pixels apart.
_PITCH, _CELL_WIDTH, _CELL_HEIGHT = 20, 26, 30
# Highest correlation of a character with another one is 0.9; a clean print reaches 0.97.
_LEAST_CORRELATION = 0.8


class UnreadableZone(Exception):
    """No machine readable zone can be read from the picture."""


def read_mrz(zone: Grey) -> Mrz:
    """Return both lines of a zone.

    zone: picture of the lower quarter of a page, upright, at least 200 pixels per inch. Raises
    UnreadableZone.
    """
    upper, lower = (_read_line(line) for line in _lines(_ink(zone)))
    return Mrz(upper, lower)


def _ink(zone: Grey) -> NDArray[np.float32]:
    """Return how black each pixel is, 0 to 1, between the paper and the ink of this picture."""
    paper, ink = np.percentile(zone, 80), np.percentile(zone, 1)
    if paper - ink < 40:
        raise UnreadableZone("nothing is printed there")
    return np.clip((paper - zone) / (paper - ink), 0, 1).astype(np.float32)


def _lines(ink: NDArray[np.float32]) -> Sequence[NDArray[np.float32]]:
    """Return the two lowest lines of text."""
    pixels = (ink > 0.5).sum(axis=1).tolist()
    rows = _runs(np.array([count >= LINE_LENGTH for count in pixels]))
    lines = [ink[max(first - 2, 0) : last + 2] for first, last in rows if last - first >= 8]
    if len(lines) < 2:
        raise UnreadableZone(f"{len(lines)} lines of text instead of 2")
    return lines[-2:]


def _read_line(line: NDArray[np.float32]) -> str:
    columns = [
        run for run in _runs(np.atleast_1d((line > 0.5).any(axis=0))) if run[1] - run[0] >= 3
    ]
    if len(columns) != LINE_LENGTH:
        raise UnreadableZone(f"{len(columns)} characters instead of {LINE_LENGTH}")
    pitch = (sum(columns[-1]) - sum(columns[0])) / 2 / (LINE_LENGTH - 1)
    scale = _PITCH / pitch
    return _read([_cell(line[:, first:last], scale).ravel() for first, last in columns])


def _cell(glyph: NDArray[np.float32], scale: float) -> NDArray[np.float32]:
    """Return a character's ink in the middle of a cell."""
    rows = np.flatnonzero((glyph > 0.5).any(axis=1))
    box = Image.fromarray((glyph[rows[0] : rows[-1] + 1] * 255).astype(np.uint8))
    size = max(1, round(box.width * scale)), max(1, round(box.height * scale))
    cell = Image.new("L", (_CELL_WIDTH, _CELL_HEIGHT))
    scaled = box.resize(size, Image.Resampling.BOX if scale < 1 else Image.Resampling.BICUBIC)
    cell.paste(scaled, ((_CELL_WIDTH - size[0]) // 2, (_CELL_HEIGHT - size[1]) // 2))
    return _normalised(np.asarray(cell, np.float32))


def _read(cells: Sequence[NDArray[np.float32]]) -> str:
    correlations = np.array(cells) @ _templates().T
    if correlations.max(axis=1).min() < _LEAST_CORRELATION:
        raise UnreadableZone("a character is none of A-Z, 0-9, <")
    return "".join(_ALPHABET[best // _SHIFTS] for best in correlations.argmax(axis=1))


def _normalised(cell: NDArray[np.float32]) -> NDArray[np.float32]:
    centred = cell - cell.mean(dtype=np.float32)
    cell_of_length_1: NDArray[np.float32] = centred / max(float(np.linalg.norm(centred)), 1e-6)
    return cell_of_length_1


_SHIFTS = 9
"""Each template is there in its place and moved by one pixel to each side."""


@cache
def _templates() -> NDArray[np.float32]:
    """Return the cells of the alphabet, nine for each character, shape (333, 780)."""
    font = ImageFont.truetype(_FONT, 400)
    scale = _PITCH / font.getlength("H")
    cells = []
    for character in _ALPHABET:
        drawn = Image.new("L", (500, 700))
        ImageDraw.Draw(drawn).text((100, 100), character, fill=255, font=font)
        ink = (np.asarray(drawn.crop(drawn.getbbox())) / 255).astype(np.float32)
        cell = _cell(ink, scale)
        cells += [np.roll(cell, (y, x), (0, 1)).ravel() for y in (-1, 0, 1) for x in (-1, 0, 1)]
    return np.array(cells, np.float32)


def _runs(marked: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return first and one past last index of each run of marked places."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], marked, [False]]).astype(np.int8)))
    return [(int(first), int(last)) for first, last in edges.reshape(-1, 2)]
