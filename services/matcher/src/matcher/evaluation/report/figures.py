"""Makes the figures of the report: charts of errors, and images of pairs wrong or nearly so."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.calibration.score_calibration import ScoreCalibration
from matcher.comparison.comparator import Comparator, paired_minutiae
from matcher.drawing import draw_paired_minutiae
from matcher.evaluation.error_rates import NominalFmrCheck, det_curve, threshold_at_fmr
from matcher.evaluation.image_collection import LabelledImage
from matcher.evaluation.probe_set import ProbeSetResult
from matcher.evaluation.report import charts
from matcher.evaluation.result_json import Json
from matcher.evaluation.template_extraction import ExtractedTemplates, load_image

ONE_IN = 10_000
"""Pairs are shown by the threshold whose FMR is at most 1 / ONE_IN."""
MATED, NON_MATED = (4, 24), 8
"""Fewest and most mated pairs shown, and non-mated pairs shown."""
_SIZES = (12, 20, 30, 40, 60)
"""Lower limits of the sizes of pairs, in minutiae, for which the calibration is drawn."""

DET = "Each curve is one set, all its pairs; pooled: pairs across sets too."
NOMINAL_FMR = (
    "On the dotted line both rates are equal; below it false matches are rarer than nominal."
)
FNIR = (
    "Triangles: no search missed, drawn at half a search. Others: as NIST published them (FRIF TE "
    "E1N, two index fingers, FPIR 0.001); their probes and galleries are real people's."
)
TAIL = "Lines: the calibration, fitted on synthetic fingers. Dots: the non-mated pairs here."


@dataclass(frozen=True, slots=True)
class Figure:
    """A PNG file, its name and its caption."""

    name: str
    png: bytes
    caption: str


def error_charts(
    calibration: ScoreCalibration,
    results: Sequence[ProbeSetResult],
    checks: dict[str, list[NominalFmrCheck]],
) -> list[Figure]:
    """Draw the charts of all probe sets; the first is that of whole images."""
    whole = results[0]
    scores = {
        str(name): whole.trials.within_set(str(name)) for name in np.unique(whole.trials.sets)
    }
    scores |= {"partial" if each.partial else "pooled": each.trials.pooled() for each in results}
    curves = {
        name: det_curve(each.mated, each.non_mated)
        for name, each in scores.items()
        if each.mated.size and each.non_mated.size
    }
    drawn = [
        Figure("det", charts.det_chart(curves, "Detection error trade-off (DET)"), DET),
        *(_histogram(each) for each in results),
        Figure("nominal-fmr", charts.nominal_fmr_chart(checks), NOMINAL_FMR),
    ]
    tails = _tails(calibration, whole)
    if tails:
        drawn.append(Figure("non-mated-tail", charts.non_mated_tail_chart(tails), TAIL))
    return drawn


def at_size_charts(content: Json) -> list[Figure]:
    """Draw the FNIR by the number of people, if it was measured. content: of result.json."""
    drawn = []
    for key, probes in (("at_size", "whole"), ("hard_at_size", "partial")):
        if content.get(key):
            png = charts.fnir_chart(
                content[key], f"Searches by the number of people, {probes} probes"
            )
            drawn.append(Figure(key.replace("_", "-"), png, FNIR))
    return drawn


def _histogram(result: ProbeSetResult) -> Figure:
    scores = result.trials.pooled()
    threshold = threshold_at_fmr(scores.non_mated, ONE_IN)
    title = "Scores, probes cropped and rotated" if result.partial else "Scores of all pairs"
    png = charts.score_histogram(scores.mated, scores.non_mated, title, threshold)
    name = "histogram-partial" if result.partial else "histogram"
    return Figure(name, png, "Shares on a logarithmic axis: single pairs can be seen.")


def _tails(calibration: ScoreCalibration, result: ProbeSetResult) -> list[charts.NonMatedTail]:
    above_diagonal = np.triu(~result.trials.is_mated(), 1)
    raw, size = result.compared.raw[above_diagonal], np.rint(result.compared.size[above_diagonal])
    tails = []
    for low, high in zip(_SIZES, (*_SIZES[1:], 256), strict=True):
        inside = (size >= low) & (size < high)
        non_mated = raw[inside]
        if non_mated.size >= 100:
            beyond = max(1.0, float(np.ptp(non_mated)) / 2)
            grid = np.linspace(non_mated.min(), non_mated.max() + beyond, 400)
            sizes, count = np.unique(size[inside], return_counts=True)
            scores = calibration.finger_scores(grid[:, None], sizes, sizes)
            nominal_fmr = 10.0**-scores @ (count / count.sum())
            name = f"{low} to {high - 1}" if high < 256 else f"{low} or more"
            tails.append(charts.NonMatedTail(name, grid, nominal_fmr, non_mated))
    return tails


def pair_figures(
    comparator: Comparator,
    result: ProbeSetResult,
    references: ExtractedTemplates,
    images: Sequence[LabelledImage],
) -> list[Figure]:
    """Draw the mated pairs refused at FMR 1 in 10,000, and the eight best non-mated pairs.

    Of mated pairs at most the 24 nearest to being accepted, at least the four of lowest score.
    """
    rows, columns = _readable_pairs(result, references)
    scores, mated = result.trials.scores[rows, columns], result.trials.is_mated()[rows, columns]
    threshold = threshold_at_fmr(result.trials.pooled().non_mated, ONE_IN)
    fewest, most = MATED
    order = np.argsort(scores, kind="stable")
    lowest_mated = order[mated[order]]
    refused = int((scores[lowest_mated] <= threshold).sum())
    shown = lowest_mated[max(0, refused - most) : max(refused, fewest)]
    highest_non_mated = order[~mated[order]][::-1][:NON_MATED]
    drawn = []
    for kind, chosen in (("mated", shown), ("non-mated", highest_non_mated)):
        for number, k in enumerate(chosen, 1):
            i, j = int(rows[k]), int(columns[k])
            outcome = "accepted" if scores[k] > threshold else "refused"
            name = f"{'partial-' if result.partial else ''}{kind}-{number:02}"
            caption = f"{images[i].title} and {images[j].title}: {scores[k]:.2f}, {outcome}"
            drawn.append(Figure(name, _draw(comparator, result, references, images, i, j), caption))
    return drawn


def _readable_pairs(
    result: ProbeSetResult, references: ExtractedTemplates
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    readable = [
        np.array([each is not None for each in side.minutiae])
        for side in (result.probes, references)
    ]
    rows, columns = np.nonzero(np.triu(readable[0][:, None] & readable[1][None, :], 1))
    return rows, columns


def _draw(
    comparator: Comparator,
    result: ProbeSetResult,
    references: ExtractedTemplates,
    images: Sequence[LabelledImage],
    i: int,
    j: int,
) -> bytes:
    probe, reference = result.probes.minutiae[i], references.minutiae[j]
    if probe is None or reference is None:
        raise ValueError("only pairs that could be read are drawn")
    matched = paired_minutiae(comparator.prepare(probe), comparator.prepare(reference))
    probe_image = load_image(images[i], partial_probe=result.partial)
    reference_image = load_image(images[j], partial_probe=False)
    return draw_paired_minutiae(probe_image, probe, reference_image, reference, matched)
