"""Measures how real synthetic images are: quality, minutiae found, comparison scores, speed.

    python benchmarks/synthetic_image_realism.py [--fingers 60] [--capture-difficulty 0.5]

Writes a contact sheet of the images too. Takes about a second a finger on a free core.
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
from matcher.synthetic import (
    LIVE_SCAN,
    RenderedImpression,
    generate_master,
    generate_ridge_pattern,
    generate_template,
    render_impression,
)
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import linear_sum_assignment  # type: ignore[import-untyped, unused-ignore]

MAX_DISTANCE = 12.0
"""Pixels within which a found minutia counts as a true one."""
T = TypeVar("T")


def main() -> None:
    """Print the figures and write the contact sheet."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--fingers", type=int, default=60, help="default 60")
    arguments.add_argument(
        "--capture-difficulty", type=float, default=LIVE_SCAN, help="1 is FVC2002; default 0.5"
    )
    arguments.add_argument(
        "--build", type=Path, default=Path("build"), help="folder of the contact sheet"
    )
    given = arguments.parse_args()
    images = rendered(given.fingers, given.capture_difficulty)
    extractor, comparator, nfiq2 = Extractor(), Comparator.load(), Nfiq2()
    found = [[extractor(p.image) for p in finger] for finger in images]
    flat = [p for finger in images for p in finger]
    report_quality([nfiq2(p.image) for p in flat])
    report_minutiae(flat, [m for finger in found for m in finger])
    report_comparisons(comparator, "images", found)
    report_comparisons(comparator, "templates", templates(given.fingers, given.capture_difficulty))
    sheet = given.build / "synthetic_images.png"
    write_sheet([p.image for p in flat], sheet)
    print(f"contact sheet: {sheet}")


def rendered(fingers: int, capture_difficulty: float) -> list[list[RenderedImpression]]:
    """Return two rendered impressions of each finger; print how long they took."""
    render_impression(generate_ridge_pattern(generate_master(0)), 0)  # compiles
    ridges = timed("ridge pattern", lambda i: generate_ridge_pattern(generate_master(i)), fingers)
    one = timed(
        "rendered impression",
        lambda i: render_impression(ridges[i], 1, capture_difficulty=capture_difficulty),
        fingers,
    )
    return [
        [p, render_impression(r, 2, capture_difficulty=capture_difficulty)]
        for p, r in zip(one, ridges, strict=True)
    ]


def templates(fingers: int, capture_difficulty: float) -> list[list[Minutiae]]:
    """Return two simulated templates of each finger; print how long they took."""
    generate_template(generate_master(0), 0)  # compiles
    masters = timed("master fingerprint", generate_master, fingers)
    one = timed(
        "template",
        lambda i: generate_template(masters[i], 1, capture_difficulty=capture_difficulty),
        fingers,
    )
    two = [
        generate_template(finger, 2, capture_difficulty=capture_difficulty) for finger in masters
    ]
    return [list(pair) for pair in zip(one, two, strict=True)]


def timed(what: str, function: Callable[[int], T], times: int) -> list[T]:
    """Return `function` of 0, 1, ...; print the time that each took."""
    start = time.perf_counter()
    results = [function(i) for i in range(times)]
    each = (time.perf_counter() - start) / times
    print(f"{what}: {each * 1e3:.2f} ms, {1 / each:.0f} a second")
    return results


def report_quality(scores: Sequence[int]) -> None:
    """Print the distribution of NFIQ 2."""
    quartiles = np.percentile(scores, [0, 10, 25, 50, 75, 90, 100]).round().astype(int)
    usable = np.mean(np.array(scores) >= 40)
    print(f"NFIQ 2 of {len(scores)} images, percentiles 0 10 25 50 75 90 100: {quartiles}")
    print(f"  40 or more: {usable:.1%}")


def report_minutiae(images: Sequence[RenderedImpression], found: Sequence[Minutiae]) -> None:
    """RenderedImpression how many of the true minutiae the extractor finds, and how exactly."""
    pairs = [matched(m, p.minutiae) for m, p in zip(found, images, strict=True)]
    hits = sum(len(i) for i, _ in pairs)
    true, reported = sum(len(p.minutiae) for p in images), sum(len(m) for m in found)
    turns = [
        m.angle[i] - p.minutiae.angle[j] for m, p, (i, j) in zip(found, images, pairs, strict=True)
    ]
    aligned = np.mean(np.cos(np.concatenate(turns)) > np.cos(np.radians(30)))
    print(f"true minutiae: {true / len(images):.1f} an image, found: {reported / len(images):.1f}")
    print(
        f"  within {MAX_DISTANCE:.0f} px: recall {hits / true:.1%}, precision {hits / reported:.1%}"
    )
    print(f"  direction of these within 30 degrees: {aligned:.1%}")


def matched(found: Minutiae, true: Minutiae) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the indices of the most pairs, one to one, that lie within `MAX_DISTANCE`."""
    apart = np.hypot(*(found.xy[:, None].astype(float) - true.xy[None]).transpose(2, 0, 1))
    i, j = linear_sum_assignment(np.where(apart < MAX_DISTANCE, apart, 1e4))
    near = apart[i, j] < MAX_DISTANCE
    return i[near], j[near]


def report_comparisons(
    comparator: Comparator, what: str, fingers: Sequence[Sequence[Minutiae]]
) -> None:
    """RenderedImpression percentiles of mated and of non-mated scores."""
    prepared = [[comparator.prepare(m) for m in finger] for finger in fingers]
    mated = np.array([comparator.compare(a, [b])[0] for a, b in prepared])
    non_mated = np.array(
        [comparator.compare(a[0], [b[0]])[0] for a, b in combinations(prepared, 2)]
    )
    print(f"{what}: {len(mated)} mated scores, percentiles 5, 50, 95:", percentiles(mated))
    print(f"  {len(non_mated)} non-mated scores, percentiles 5, 50, 95:", percentiles(non_mated))
    print(f"  mated not above every non-mated: {np.sum(mated <= non_mated.max())}")


def percentiles(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the percentiles 5, 50 and 95."""
    return np.asarray(np.percentile(scores, [5, 50, 95]).round(3))


def write_sheet(images: Sequence[NDArray[np.uint8]], path: Path, columns: int = 8) -> None:
    """Write both images of the first fingers side by side as one PNG."""
    columns = min(columns, len(images))
    shown = images[: len(images) // columns * columns][: 6 * columns]
    rows = [np.hstack(shown[i : i + columns]) for i in range(0, len(shown), columns)]
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.vstack(rows)).save(path)


if __name__ == "__main__":
    main()
