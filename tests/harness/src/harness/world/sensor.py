"""The sensor at the counter: refuses impressions of poor quality and captures the next."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matcher.image.decode import decode
from matcher.image.quality import Nfiq2

from harness.world.fingers import ImageFileFingers
from harness.world.image_folder import Pair

IMPRESSIONS_NEEDED = 2
"""Impressions needed of a finger: one to enrol, one for the application."""


@dataclass(frozen=True, slots=True)
class CaptureResult:
    """The people captured, and the number of impressions refused for quality."""

    people: Sequence[ImageFileFingers]
    refused: int


def capture_all(pairs: Sequence[Pair], least: int, workers: Executor) -> CaptureResult:
    """Capture everybody's fingers. least: lowest accepted NFIQ 2 score, 0 to 100."""
    jobs = [
        [workers.submit(_by_quality, files, pair.ppi, least) for files in pair.fingers]
        for pair in pairs
    ]
    taken = [[job.result() for job in of_one] for of_one in jobs]
    people = [
        ImageFileFingers(tuple(tuple(options) for options, _ in of_one), pair.ppi)
        for pair, of_one in zip(pairs, taken, strict=True)
    ]
    return CaptureResult(people, sum(refused for of_one in taken for _, refused in of_one))


@cache
def _nfiq2() -> Nfiq2:
    """Load NFIQ 2 once a process."""
    return Nfiq2()


def _by_quality(files: Mapping[int, Path], ppi: int, least: int) -> tuple[list[Path], int]:
    """Return the first good impressions, then the others by quality; and how many were refused."""
    good: list[Path] = []
    poor: list[tuple[int, Path]] = []
    impressions = [files[number] for number in sorted(files)]
    for file in impressions:
        score = _nfiq2()(decode(file.read_bytes(), ppi))
        if score >= least:
            good.append(file)
        else:
            poor.append((-score, file))
        if len(good) == IMPRESSIONS_NEEDED:
            break
    untouched = impressions[len(good) + len(poor) :]
    return [*good, *(file for _, file in sorted(poor)), *untouched], len(poor)
