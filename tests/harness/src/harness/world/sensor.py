"""The sensor at the counter: it refuses a poor print, and the next impression is taken."""

from collections.abc import Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from matcher.image.decode import decode
from matcher.image.quality import Nfiq2

from harness.world.fingers import Photographed
from harness.world.folder import Pair

ENOUGH = 2
"""Impressions a finger needs: one on record, one for the application."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The people whose fingers were taken, and how many prints were refused on the way."""

    people: Sequence[Photographed]
    refused: int


def take(pairs: Sequence[Pair], least: int, workers: Executor) -> Taken:
    """Take everybody's fingers; least: NFIQ 2 score (0 to 100) that a print must reach."""
    jobs = [
        [workers.submit(_in_order, files, pair.ppi, least) for files in pair.fingers]
        for pair in pairs
    ]
    taken = [[job.result() for job in of_one] for of_one in jobs]
    people = [
        Photographed(tuple(tuple(order) for order, _ in of_one), pair.ppi)
        for pair, of_one in zip(pairs, taken, strict=True)
    ]
    return Taken(people, sum(refused for of_one in taken for _, refused in of_one))


@cache
def _nfiq2() -> Nfiq2:
    """Load NFIQ 2 once a process."""
    return Nfiq2()


def _in_order(files: Mapping[int, Path], ppi: int, least: int) -> tuple[list[Path], int]:
    """The first good impressions, then the others, the best first; and how many were refused."""
    good: list[Path] = []
    poor: list[tuple[int, Path]] = []
    impressions = [files[number] for number in sorted(files)]
    for file in impressions:
        score = _nfiq2()(decode(file.read_bytes(), ppi))
        if score >= least:
            good.append(file)
        else:
            poor.append((-score, file))
        if len(good) == ENOUGH:
            break
    untouched = impressions[len(good) + len(poor) :]
    return [*good, *(file for _, file in sorted(poor)), *untouched], len(poor)
