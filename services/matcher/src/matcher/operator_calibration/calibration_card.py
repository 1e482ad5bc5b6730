"""Writes the card of an operator's calibration: what it was made from and how far it holds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from matcher.calibration.false_match_curves import interpolated_score
from matcher.calibration.score_calibration import ScoreCalibration
from matcher.evaluation.image_collection import LabelledImage
from matcher.operator_calibration.check import DECADES, ObservedRate
from matcher.operator_calibration.finger_pairs import FingerPairs
from matcher.operator_calibration.fit import fitted_limits

_HIGHEST = 10
"""Non-mated comparisons of highest score that are named."""


@dataclass(frozen=True, slots=True, eq=False)
class CardContent:
    """What a card tells.

    calibration: the operator's; given: the one that comes with the package.
    images: those that were compared; left_out: the number of others.
    observed, before: false matches of all pairs by the operator's and by the given calibration.
    other_half: of one half of the fingers, by curves fitted to the other half; None if too small.
    """

    calibration: ScoreCalibration
    given: ScoreCalibration
    images: Sequence[LabelledImage]
    left_out: int
    pairs: FingerPairs
    observed: Sequence[ObservedRate]
    before: Sequence[ObservedRate]
    other_half: Sequence[ObservedRate] | None


def card(content: CardContent) -> str:
    """Return the card, Markdown."""
    parts = (_origin, _curves, _false_matches, _mated, _highest)
    return "\n".join(line for part in parts for line in (*part(content), ""))


def _origin(content: CardContent) -> Iterator[str]:
    mated = int(content.pairs.mated.sum())
    yield from ("# Calibration card", "", "| | |", "|---|---|")
    yield f"| version | `{content.calibration.version}` |"
    yield f"| comparison | `{content.calibration.comparison_version}` |"
    for name in sorted({each.set for each in content.images}):
        inside = [each for each in content.images if each.set == name]
        fingers = len({each.finger for each in inside})
        yield f"| set {name} | {fingers:,} fingers, {len(inside):,} images, {inside[0].ppi} dpi |"
    yield f"| images left out, not readable or of too few minutiae | {content.left_out:,} |"
    yield f"| non-mated comparisons | {len(content.pairs.raw) - mated:,} |"
    yield f"| mated comparisons | {mated:,} |"
    yield f"| persons, several fingers | as in `{content.given.version}` |"


def _curves(content: CardContent) -> Iterator[str]:
    scores = content.pairs.non_mated_scores()
    limits = fitted_limits(scores)
    own = content.calibration.curves[-(len(limits) - 1) :]
    yield from ("## Where it is counted and where extrapolated", "")
    yield "Size is the geometric mean of the numbers of minutiae of both fingers."
    yield "Beyond the counted part, the false match rate falls tenfold with each "
    yield f"{own[-1].raw_per_decade:.2f} of the raw score: an extrapolation."
    yield f"Smaller sizes than {limits[0]:.0f} score as in `{content.given.version}`,"
    yield "and never more than the smallest size counted here."
    yield from ("", "| size | non-mated comparisons | counted up to score |", "|---|---|---|")
    for curve, (low, high) in zip(own, pairwise(limits), strict=True):
        pairs = len(scores.of_size(low, high).raw)
        yield f"| {low:.0f} to {high:.0f} | {pairs:,} | {curve.score[-1]:.2f} |"


def _false_matches(content: CardContent) -> Iterator[str]:
    yield from ("## False match rates", "")
    yield "Other half: fitted on every second finger, observed among the others. The 95 % interval"
    yield "comes from drawing the fingers again; it is that of other people captured as these are."
    yield ""
    yield "| promised | observed, all (fitted on these) | 95 % | other half | before |"
    yield "|---|---|---|---|---|"
    halves = [_counted(each) for each in content.other_half or ()] or ["too few"] * len(DECADES)
    for all_, half, before in zip(content.observed, halves, content.before, strict=True):
        interval = f"{all_.low:.1e} to {all_.high:.1e}"
        promised = f"1 in {10**all_.decades:,}"
        yield f"| {promised} | {_counted(all_)} | {interval} | {half} | {_counted(before)} |"


def _counted(rate: ObservedRate) -> str:
    share = rate.false_matches / max(1, rate.non_mated)
    return f"{share:.1e} ({rate.false_matches:,} of {rate.non_mated:,})"


def _mated(content: CardContent) -> Iterator[str]:
    some = content.pairs.where(content.pairs.mated)
    yield from ("## Mated comparisons", "")
    yield "Predicted FNIR follows from mated scores of synthetic fingers, counted again with these"
    yield "curves: real ones are needed of every quality, far more than a calibration has."
    if not len(some.raw):
        yield "There are none among these images."
        return
    yield from ("Of these images, mated comparisons below the score, new and before:", "")
    yield from ("| promised false match rate | new | before |", "|---|---|---|")
    new, before = (
        interpolated_score(each.curves, some.raw, some.size)
        for each in (content.calibration, content.given)
    )
    for decades in (*DECADES, 6, 8):
        below = [f"{(each < decades).sum():,} of {len(each):,}" for each in (new, before)]
        yield f"| 1 in {10**decades:,} | {below[0]} | {below[1]} |"


def _highest(content: CardContent) -> Iterator[str]:
    some = content.pairs.where(~content.pairs.mated)
    score = interpolated_score(content.calibration.curves, some.raw, some.size)
    yield from ("## Highest non-mated comparisons", "")
    yield "Are these really different fingers? One finger under two names makes every score lower."
    yield from ("", "| image | image | score |", "|---|---|---|")
    for k in np.argsort(-score, kind="stable")[:_HIGHEST]:
        first, second = (content.images[i[k]].title for i in (some.first, some.second))
        yield f"| {first} | {second} | {score[k]:.2f} |"
