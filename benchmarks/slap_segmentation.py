"""How well are slaps segmented? Synthetic slaps, measured as NIST's SlapSeg evaluations do.

    python -m benchmarks.slap_segmentation [SLAPS] [CAPTURE_DIFFICULTY]

Right, left and thumb slaps in turn, every fourth without one finger. A finger is within tolerance
if all sides of its box, along the true finger's axes, are within 32 pixels (1.6 mm) of the true
ones, and its angle within 15 degrees. Matched: its image, compared with another impression of the
finger, scores at least 4, a nominal FMR of 1 in 10,000.
"""

import math
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matcher.comparison.comparator import PreparedFinger
from matcher.image.slap_segmentation import (
    FINGERS,
    LEFT_FOUR,
    RIGHT_FOUR,
    TWO_THUMBS,
    FingersNotFound,
    SegmentedFinger,
    WrongHand,
    segment,
)
from matcher.models import ModelBundle
from matcher.synthetic import (
    LIVE_SCAN,
    RidgePattern,
    generate_master,
    generate_ridge_pattern,
    render_impression,
)
from matcher.synthetic.slap import RenderedSlap, SlapFinger, render_slap
from matcher.use_cases.compare_persons import finger_similarities
from numpy.typing import NDArray

PATTERNS, FIRST_SEED = 24, 7_000_000
SIDES, ANGLE, MATCHED = 32.0, math.radians(15.0), 4.0
MATCHED_SLAPS = 12
"""Slaps whose fingers are compared, which takes longest."""


@dataclass(frozen=True, slots=True)
class Slap:
    """code: which fingers. patterns: index of the ridge pattern of each finger it shows."""

    code: int
    missing: tuple[int, ...]
    patterns: dict[int, int]
    rendered: RenderedSlap


def main(slaps: int = 60, capture_difficulty: float = LIVE_SCAN) -> None:
    patterns = [generate_ridge_pattern(generate_master(FIRST_SEED + i)) for i in range(PATTERNS)]
    counts: Counter[str] = Counter()
    models, references = ModelBundle.load(), dict[int, PreparedFinger]()
    for number in range(slaps):
        slap = _slap(patterns, number, capture_difficulty)
        found = _count(counts, slap)
        if number >= MATCHED_SLAPS or found is None:
            continue
        for finger in found:
            index = slap.patterns[finger.position]
            if index not in references:
                impression = render_impression(
                    patterns[index], 1_000, capture_difficulty=capture_difficulty
                )
                references[index] = _prepared(models, impression.image)
            (similarity,) = finger_similarities(
                models, _prepared(models, finger.image), [references[index]]
            )
            counts["fingers compared"] += 1
            counts["fingers matched"] += similarity.score >= MATCHED
    for name, count in sorted(counts.items()):
        print(f"{name}: {count}")


def _slap(patterns: Sequence[RidgePattern], number: int, capture_difficulty: float) -> Slap:
    rng = np.random.default_rng((number, FIRST_SEED))
    code = (RIGHT_FOUR, LEFT_FOUR, TWO_THUMBS)[number % 3]
    order = FINGERS[code]
    missing = () if number % 4 else (int(rng.choice(order)),)
    chosen = {
        position: int(index)
        for position, index in zip(order, rng.permutation(PATTERNS)[: len(order)], strict=True)
        if position not in missing
    }
    shown = {position: patterns[index] for position, index in chosen.items()}
    rendered = render_slap(shown, number, capture_difficulty=capture_difficulty)
    return Slap(code, missing, chosen, rendered)


def _count(counts: Counter[str], slap: Slap) -> list[SegmentedFinger] | None:
    """Count what is found of a slap, and what if it is stated to be another."""
    image, truth = slap.rendered.image, slap.rendered.fingers
    kind = "thumb slaps" if slap.code == TWO_THUMBS else "hand slaps"
    counts[f"{kind}"] += 1
    counts["fingers"] += len(truth)
    stated = [position for position in FINGERS[slap.code] if position not in slap.missing][1:]
    counts[f"{kind}, one finger fewer stated"] += bool(stated)
    counts[f"{kind}, one finger fewer stated: noticed"] += bool(stated) and isinstance(
        _outcome(image, slap.code, set(FINGERS[slap.code]) - {*stated}), FingersNotFound
    )
    if slap.code != TWO_THUMBS:
        other = LEFT_FOUR if slap.code == RIGHT_FOUR else RIGHT_FOUR
        mirrored = {each + 5 if each <= 5 else each - 5 for each in slap.missing}
        counts[f"{kind}, stated as the other hand: noticed"] += isinstance(
            _outcome(image, other, mirrored), WrongHand
        )
    found = _outcome(image, slap.code, slap.missing)
    if isinstance(found, Exception):
        counts[f"{kind}: {type(found).__name__}"] += 1
        return None
    within = [_is_within(finger, true) for finger, true in zip(found, truth, strict=True)]
    counts["fingers within tolerance"] += sum(within)
    counts[f"{kind}: all fingers within tolerance"] += all(within)
    return found


def _outcome(
    image: NDArray[np.uint8], code: int, missing: Sequence[int] | set[int]
) -> list[SegmentedFinger] | FingersNotFound | WrongHand:
    try:
        return segment(image, code, missing)
    except (FingersNotFound, WrongHand) as error:
        return error


def _is_within(found: SegmentedFinger, true: SlapFinger) -> bool:
    dx, dy = found.x - true.x, found.y - true.y
    cos, sin = math.cos(true.angle), math.sin(true.angle)
    across, along = cos * dx - sin * dy, sin * dx + cos * dy
    wider, longer = (found.width - true.width) / 2, (found.height - true.height) / 2
    sides = (across - wider, across + wider, along - longer, along + longer)
    return max(map(abs, sides)) <= SIDES and abs(found.angle - true.angle) <= ANGLE


def _prepared(models: ModelBundle, image: NDArray[np.uint8]) -> PreparedFinger:
    return models.comparator.prepare(models.extractor(image))


if __name__ == "__main__":
    main(*(kind(value) for kind, value in zip((int, float), sys.argv[1:], strict=False)))
