"""From files to templates, by the service's own code, through the ISO record that it stores."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.collection import Print
from matcher.evaluation.hard import halve
from matcher.evaluation.progress import say, shown
from matcher.evaluation.working import spread
from matcher.extraction.extractor import Extractor
from matcher.image.decode import decode
from matcher.minutiae import Minutiae
from matcher.record.iso19794 import FingerRecord, read, write

_TIMED = 24
"""Images read by one thread, while nothing else runs, to tell how long one takes."""


@dataclass(frozen=True, slots=True)
class Templates:
    """What was read of each image, None where that failed.

    failed: why, by the image's title. per_second: images decoded and extracted by one core.
    """

    minutiae: Sequence[Minutiae | None]
    failed: dict[str, str]
    per_second: float


def grey(image: Print, *, hard: bool) -> NDArray[np.uint8]:
    """Return the image at 500 dpi, uint8 (h, w); only half of it and turned if `hard`.

    Raises BadImage, OSError.
    """
    whole = decode(image.file.read_bytes(), image.ppi)
    return halve(whole, image.title) if hard else whole


def read_all(
    extractor: Extractor, prints: Sequence[Print], *, workers: int, hard: bool
) -> Templates:
    """Read every image. What cannot be read is said on stderr and left out."""
    what, total = "halves read" if hard else "images read", len(prints)
    read_one = partial(_template, extractor, hard=hard)
    read_one(prints[0])  # what the first call sets up is not counted
    timed = prints[:: max(1, total // _TIMED)][:_TIMED]
    started = time.process_time()
    found = {image.title: read_one(image) for image in shown(timed, what, total)}
    per_second = len(found) / (time.process_time() - started)
    rest = [image for image in prints if image.title not in found]
    results = shown(spread(read_one, rest, workers), what, total, len(timed))
    found |= {image.title: each for image, each in zip(rest, results, strict=True)}
    failed = {title: each for title, each in found.items() if isinstance(each, str)}
    for reason in failed.values():
        say(f"cannot be read, scores 0 against all: {reason}")
    read_of = [found[image.title] for image in prints]
    return Templates(
        [None if isinstance(each, str) else each for each in read_of], failed, per_second
    )


def _template(extractor: Extractor, image: Print, *, hard: bool) -> Minutiae | str:
    """What the record of the image says, or why there is none."""
    try:
        found = extractor(grey(image, hard=hard))
        return read(write(FingerRecord(0, 0, found)))[0].minutiae
    except Exception as error:  # one image, whatever is wrong with it, must not end the run
        return f"{image.file}: {error}"
