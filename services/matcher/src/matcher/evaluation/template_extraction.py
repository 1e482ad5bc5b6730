"""Makes templates of image files by the service's code, through the ISO record that it stores."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from matcher.evaluation.image_collection import LabelledImage
from matcher.evaluation.partial_probes import crop_and_rotate
from matcher.evaluation.progress import print_status, with_progress
from matcher.evaluation.threads import map_in_threads
from matcher.extraction.extractor import Extractor
from matcher.image.decode import decode
from matcher.minutiae import Minutiae
from matcher.record.iso19794 import FingerRecord, read, write

_TIMED = 24
"""Images extracted by one thread, while nothing else runs, to measure how long one takes."""


@dataclass(frozen=True, slots=True)
class ExtractedTemplates:
    """The minutiae of each image, None where extraction failed.

    failed: reasons, by the image's title. per_second: images decoded and extracted by one core.
    """

    minutiae: Sequence[Minutiae | None]
    failed: dict[str, str]
    per_second: float


def load_image(image: LabelledImage, *, partial_probe: bool) -> NDArray[np.uint8]:
    """Return the image at 500 dpi, uint8 (h, w); cropped to half and rotated if `partial_probe`.

    Raises UnreadableImage, OSError.
    """
    whole = decode(image.file.read_bytes(), image.ppi)
    return crop_and_rotate(whole, image.title) if partial_probe else whole


def extract_all(
    extractor: Extractor,
    images: Sequence[LabelledImage],
    *,
    workers: int,
    partial_probe: bool,
) -> ExtractedTemplates:
    """Extract every image; report on stderr, and leave out, what cannot be read.

    partial_probe: as for `load_image`.
    """
    what, total = "partial probes read" if partial_probe else "images read", len(images)
    extract = partial(_template, extractor, partial_probe=partial_probe)
    extract(images[0])  # sets up the network, which is not to be timed
    timed = images[:: max(1, total // _TIMED)][:_TIMED]
    started = time.process_time()
    found = {image.title: extract(image) for image in with_progress(timed, what, total)}
    per_second = len(found) / (time.process_time() - started)
    rest = [image for image in images if image.title not in found]
    results = with_progress(map_in_threads(extract, rest, workers), what, total, len(timed))
    found |= {image.title: each for image, each in zip(rest, results, strict=True)}
    failed = {title: each for title, each in found.items() if isinstance(each, str)}
    for reason in failed.values():
        print_status(f"cannot be read: {reason}")
    in_order = [found[image.title] for image in images]
    return ExtractedTemplates(
        [None if isinstance(each, str) else each for each in in_order], failed, per_second
    )


def _template(extractor: Extractor, image: LabelledImage, *, partial_probe: bool) -> Minutiae | str:
    """Return the minutiae of the image's record, or the reason why there is none."""
    try:
        found = extractor(load_image(image, partial_probe=partial_probe))
        return read(write(FingerRecord(0, 0, found)))[0].minutiae
    except Exception as error:  # one image, whatever is wrong with it, must not end the run
        return f"{image.file}: {error}"
