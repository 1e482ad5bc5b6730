"""How real the synthetic prints are: quality, minutiae found, comparisons, speed, a picture.

    python benchmarks/synthetic_prints.py [--fingers 60] [--hardness 0.5] [--build build]

Needs nothing but the repository. Takes about a second a finger on a free core.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from itertools import combinations
from pathlib import Path
from typing import TypeVar

import numpy as np
from matcher.comparison.comparator import Comparator
from matcher.extraction.extractor import Extractor
from matcher.image.quality import Nfiq2
from matcher.minutiae import Minutiae
from matcher.synthetic import LIVE_SCAN, Print, impress, master, print_image, render_master
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped, unused-ignore]

NEAR = 12.0
"""Pixels within which a found minutia counts as the true one."""
T = TypeVar("T")


def main() -> None:
    """Print the figures and write the contact sheet."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--fingers", type=int, default=60)
    arguments.add_argument("--hardness", type=float, default=LIVE_SCAN)
    arguments.add_argument("--build", type=Path, default=Path("build"))
    given = arguments.parse_args()
    prints = rendered(given.fingers, given.hardness)
    extractor, comparator = Extractor(), Comparator.load()
    found = [[extractor(p.image) for p in finger] for finger in prints]
    flat = [p for finger in prints for p in finger]
    nfiq2 = Nfiq2()
    report_quality([nfiq2(p.image) for p in flat])
    report_minutiae(flat, [m for finger in found for m in finger])
    report_comparisons(comparator, "prints", found)
    report_comparisons(comparator, "templates", templates(given.fingers, given.hardness))
    sheet = given.build / "synthetic_prints.png"
    write_sheet([p.image for p in flat], sheet)
    print(f"pictures: {sheet}")


def rendered(fingers: int, hardness: float) -> list[list[Print]]:
    """Two prints of each finger; tells how long growing and printing take."""
    print_image(render_master(master(0)), 0)  # compiles
    ridges = timed("grow a master", lambda i: render_master(master(i)), fingers)
    one = timed("print it", lambda i: print_image(ridges[i], 1, hardness=hardness), fingers)
    return [[p, print_image(r, 2, hardness=hardness)] for p, r in zip(one, ridges, strict=True)]


def templates(fingers: int, hardness: float) -> list[list[Minutiae]]:
    """Two templates of each finger; tells how long they take."""
    impress(master(0), 0)  # compiles
    fresh = timed("draw a master", master, fingers)
    one = timed("impress it", lambda i: impress(fresh[i], 1, hardness=hardness), fingers)
    two = [impress(finger, 2, hardness=hardness) for finger in fresh]
    return [list(pair) for pair in zip(one, two, strict=True)]


def timed(what: str, act: Callable[[int], T], times: int) -> list[T]:
    """`act` of 0, 1, ..., telling the time each took."""
    start = time.perf_counter()
    results = [act(i) for i in range(times)]
    each = (time.perf_counter() - start) / times
    print(f"{what}: {each * 1e3:.2f} ms, {1 / each:.0f} a second")
    return results


def report_quality(scores: Sequence[int]) -> None:
    """NFIQ 2 of the prints."""
    quartiles = np.percentile(scores, [0, 10, 25, 50, 75, 90, 100]).round().astype(int)
    usable = np.mean(np.array(scores) >= 40)
    print(f"NFIQ 2 of {len(scores)} prints: min, deciles 1, quartiles, 9, max {quartiles}")
    print(f"  of 40 or more: {usable:.1%}")


def report_minutiae(prints: Sequence[Print], found: Sequence[Minutiae]) -> None:
    """What the extractor finds of the minutiae that grew."""
    pairs = [matched(m, p.minutiae) for m, p in zip(found, prints, strict=True)]
    hits = sum(len(i) for i, _ in pairs)
    grown, seen = sum(len(p.minutiae) for p in prints), sum(len(m) for m in found)
    turns = [
        m.angle[i] - p.minutiae.angle[j] for m, p, (i, j) in zip(found, prints, pairs, strict=True)
    ]
    aligned = np.mean(np.cos(np.concatenate(turns)) > np.cos(np.radians(30)))
    print(f"true minutiae: {grown / len(prints):.1f} a print, found: {seen / len(prints):.1f}")
    print(f"  within {NEAR:.0f} px: recall {hits / grown:.1%}, precision {hits / seen:.1%}")
    print(f"  direction of these within 30 degrees: {aligned:.1%}")


def matched(found: Minutiae, true: Minutiae) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Indices of the most pairs, one to one, that lie within `NEAR`."""
    apart = np.hypot(*(found.xy[:, None].astype(float) - true.xy[None]).transpose(2, 0, 1))
    i, j = linear_sum_assignment(np.where(apart < NEAR, apart, 1e4))
    near = apart[i, j] < NEAR
    return i[near], j[near]


def report_comparisons(
    comparator: Comparator, what: str, fingers: Sequence[Sequence[Minutiae]]
) -> None:
    """Scores of mates and of strangers."""
    prepared = [[comparator.prepare(m) for m in finger] for finger in fingers]
    mates = np.array([comparator.compare(a, [b])[0] for a, b in prepared])
    strangers = np.array(
        [comparator.compare(a[0], [b[0]])[0] for a, b in combinations(prepared, 2)]
    )
    print(f"{what}: {len(mates)} mated scores, percentiles 5, 50, 95:", percentiles(mates))
    print(f"  {len(strangers)} strangers' scores, percentiles 5, 50, 95:", percentiles(strangers))
    print(f"  mates not above every stranger: {np.sum(mates <= strangers.max())}")


def percentiles(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Three figures that show a distribution."""
    return np.asarray(np.percentile(scores, [5, 50, 95]).round(3))


def write_sheet(images: Sequence[NDArray[np.uint8]], path: Path, columns: int = 8) -> None:
    """Both prints of the first fingers side by side, as one picture."""
    columns = min(columns, len(images))
    shown = images[: len(images) // columns * columns][: 6 * columns]
    rows = [np.hstack(shown[i : i + columns]) for i in range(0, len(shown), columns)]
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.vstack(rows)).save(path)


if __name__ == "__main__":
    main()
