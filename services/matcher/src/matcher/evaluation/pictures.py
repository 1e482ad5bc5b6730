"""Pictures of a round: its charts, and the pairs that it got wrong or nearly so."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.calibration.score_calibration import ScoreCalibration
from matcher.comparison.comparator import Comparator, paired_minutiae
from matcher.drawing import draw_pair
from matcher.evaluation import charts
from matcher.evaluation.collection import Print
from matcher.evaluation.rates import Promise, highest_refused, tradeoff
from matcher.evaluation.reading import Templates, grey
from matcher.evaluation.rounds import Round

ONE_IN = 10_000
"""False accepts at the threshold of which pairs are shown, one in so many strangers."""
MATES, STRANGERS = (4, 24), 8
"""Fewest and most mates shown, and strangers."""
_SIZES = (12, 20, 30, 40, 60)
"""Sizes of pairs, in minutiae, for which calibration is drawn, each up to the next."""

DET = "Each curve is one set, all its pairs; pooled: pairs across sets too."
PROMISE = "On the dotted line a promise is kept; below it, the system is better than it says."
TAIL = "Lines: the calibration, fitted on synthetic strangers. Dots: the strangers of this folder."


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG file, its name and what it shows."""

    name: str
    png: bytes
    caption: str


def of_errors(
    calibration: ScoreCalibration, rounds: Sequence[Round], promised: dict[str, list[Promise]]
) -> list[Picture]:
    """Draw the charts of all rounds; the first is that of whole prints."""
    whole = rounds[0]
    curves = {str(name): whole.trial.within(str(name)) for name in np.unique(whole.trial.sets)}
    curves |= {"hard" if each.hard else "pooled": each.trial.pooled() for each in rounds}
    drawn = {
        name: tradeoff(split.genuine, split.impostor)
        for name, split in curves.items()
        if split.genuine.size and split.impostor.size
    }
    made = [
        Picture("det", charts.trade_offs(drawn, "Errors against each other (DET)"), DET),
        *(_histogram(each) for each in rounds),
        Picture("promise", charts.promises(promised), PROMISE),
    ]
    tails = _tails(calibration, whole)
    return [*made, Picture("tail", charts.tails(tails), TAIL)] if tails else made


def _histogram(of: Round) -> Picture:
    split = of.trial.pooled()
    threshold = highest_refused(split.impostor, ONE_IN)
    what = "Scores, probes halved and turned" if of.hard else "Scores of all pairs"
    png = charts.histogram(split.genuine, split.impostor, what, threshold)
    name = "histogram-hard" if of.hard else "histogram"
    return Picture(name, png, "Shares on a logarithmic axis: single pairs can be seen.")


def _tails(calibration: ScoreCalibration, of: Round) -> list[charts.Tail]:
    above = np.triu(~of.trial.mates(), 1)
    raw, size = of.compared.raw[above], np.rint(of.compared.size[above])
    made = []
    for low, high in zip(_SIZES, (*_SIZES[1:], 256), strict=True):
        inside = (size >= low) & (size < high)
        strangers = raw[inside]
        if strangers.size >= 100:
            beyond = max(1.0, float(np.ptp(strangers)) / 2)
            grid = np.linspace(strangers.min(), strangers.max() + beyond, 400)
            sizes, count = np.unique(size[inside], return_counts=True)
            scores = calibration.finger_scores(grid[:, None], sizes, sizes)
            promised = 10.0**-scores @ (count / count.sum())
            name = f"{low} to {high - 1}" if high < 256 else f"{low} or more"
            made.append(charts.Tail(name, grid, promised, strangers))
    return made


def of_pairs(
    comparator: Comparator, of: Round, whole: Templates, prints: Sequence[Print]
) -> list[Picture]:
    """Draw the mates that are refused at FMR 1 in 10,000, or the 24 nearest to being accepted if
    there are more, or the four of lowest score if there are fewer; and the eight best strangers.
    """
    rows, columns = _readable_pairs(of, whole)
    scores, mates = of.trial.scores[rows, columns], of.trial.mates()[rows, columns]
    threshold = highest_refused(of.trial.pooled().impostor, ONE_IN)
    fewest, most = MATES
    order = np.argsort(scores, kind="stable")
    own = order[mates[order]]
    refused = int((scores[own] <= threshold).sum())
    shown = own[max(0, refused - most) : max(refused, fewest)]
    best = order[~mates[order]][::-1][:STRANGERS]
    made = []
    for kind, chosen in (("mates", shown), ("strangers", best)):
        for number, k in enumerate(chosen, 1):
            i, j = int(rows[k]), int(columns[k])
            taken = "accepted" if scores[k] > threshold else "refused"
            name = f"{'hard-' if of.hard else ''}{kind}-{number:02}"
            caption = f"{prints[i].title} and {prints[j].title}: {scores[k]:.2f}, {taken}"
            made.append(Picture(name, _pair(comparator, of, whole, prints, i, j), caption))
    return made


def _readable_pairs(of: Round, whole: Templates) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    there = [np.array([each is not None for each in side.minutiae]) for side in (of.probes, whole)]
    rows, columns = np.nonzero(np.triu(there[0][:, None] & there[1][None, :], 1))
    return rows, columns


def _pair(
    comparator: Comparator, of: Round, whole: Templates, prints: Sequence[Print], i: int, j: int
) -> bytes:
    left, right = of.probes.minutiae[i], whole.minutiae[j]
    if left is None or right is None:
        raise ValueError("only pairs that could be read are drawn")
    matched = paired_minutiae(comparator.prepare(left), comparator.prepare(right))
    images = grey(prints[i], hard=of.hard), grey(prints[j], hard=False)
    return draw_pair(images[0], left, images[1], right, matched)
