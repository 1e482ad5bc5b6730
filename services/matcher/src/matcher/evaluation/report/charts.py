"""Draws charts of error rates as PNG, by matplotlib, in the colours of `matcher.drawing`.

Without global state or a display, so that any thread may draw them.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from matcher.drawing import PALETTE
from matcher.evaluation.error_rates import DetCurve, NominalFmrCheck

Scores = NDArray[np.float64]

_INK, _QUIET, _GRID = "#23282c", "#5d666c", "#e3e6e8"
_COLOURS = ["#{:02x}{:02x}{:02x}".format(*colour) for colour in PALETTE]
_STYLE: Any = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.5,
    "text.color": _INK,
    "axes.edgecolor": "#aab1b6",
    "axes.labelcolor": _INK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "grid.color": _GRID,
    "grid.linewidth": 0.7,
    "xtick.color": _QUIET,
    "ytick.color": _QUIET,
    "legend.edgecolor": "white",
    "legend.framealpha": 0.85,
    "legend.fontsize": 9,
}
_POOLED = {"pooled": (_INK, "-", 2.2), "partial": (_INK, "--", 2.0)}
"""Colour, line and width of curves of all sets together."""
_NONE = 1e-12
"""Value drawn for a rate of 0: below every axis."""


PUBLISHED_PEOPLE = 1_600_000
PUBLISHED_FNIR = {"NEC": 0.0002, "IDEMIA": 0.0003, "ROC": 0.0011, "TECH5": 0.0057}
"""FNIR at FPIR 0.001 of two index fingers among so many people: NIST FRIF TE E1N."""
_FNIR_LINES = {
    "fnir_at_fpir_1e2": "FPIR 0.01, observed",
    "fnir_at_fpir_1e3": "FPIR 0.001, observed",
    "fnir_at_nominal_fpir_1e3": "at the threshold of the service, FPIR 0.001",
}


@dataclass(frozen=True, slots=True, eq=False)
class NonMatedTail:
    """Nominal and counted FMR by raw score, of comparisons of about one size.

    raw, nominal_fmr: float64 (p,), the calibration curve.
    non_mated: float64 (n,), raw scores of the non-mated comparisons.
    """

    name: str
    raw: Scores
    nominal_fmr: Scores
    non_mated: Scores


def det_chart(curves: Mapping[str, DetCurve], title: str) -> bytes:
    """Draw DET curves on logarithmic axes; "pooled" and "partial" stand out. Returns a PNG.

    A set without errors has no curve; the legend says so.
    """
    with mpl.rc_context(_STYLE):
        figure, axes = _new_figure(7.6, 4.8)
        for name, curve in curves.items():
            colour, line, width = _POOLED.get(name, (None, "-", 1.5))
            drawn = (curve.fmr > 0) & (curve.fnmr > 0)
            label = name if drawn.any() else f"{name}, no error"
            fnmr = np.where(curve.fnmr > 0, curve.fnmr, _NONE)[curve.fmr > 0]
            style: Any = {"linestyle": line, "linewidth": width, "label": label}
            axes.step(curve.fmr[curve.fmr > 0], fnmr, where="post", color=colour, **style)
        axes.axline((1, 1), (0.1, 0.1), color=_QUIET, linewidth=0.8, linestyle=":")
        axes.annotate("both equal", (0.3, 0.33), color=_QUIET, fontsize=8, ha="right")
        axes.set(xscale="log", yscale="log", title=title)
        axes.set_xlim(_decade_below([curve.fmr for curve in curves.values()]), 1)
        axes.set_ylim(_decade_below([curve.fnmr for curve in curves.values()]), 1)
        axes.set(xlabel="FMR: share of non-mated accepted", ylabel="FNMR: share of mated refused")
        figure.legend(loc="outside right upper")
        return _png(figure)


def score_histogram(mated: Scores, non_mated: Scores, title: str, threshold: float) -> bytes:
    """Draw the distribution of scores as shares of each kind, logarithmic. Returns a PNG."""
    with mpl.rc_context(_STYLE):
        figure, axes = _new_figure(7.2, 3.6)
        highest = max(float(mated.max()), float(non_mated.max()), threshold) or 1.0
        bins = np.linspace(0, highest * 1.0001, 61).tolist()
        for scores, name, colour in (
            (non_mated, "non-mated", _COLOURS[1]),
            (mated, "mated", _COLOURS[0]),
        ):
            weights = np.full(scores.size, 1 / scores.size)
            label = f"{name}, {scores.size:,}"
            axes.hist(scores, bins, weights=weights, color=colour, alpha=0.55, label=label)
        axes.axvline(
            threshold, color=_INK, linewidth=1, linestyle="--", label="FMR at most 1 in 10,000"
        )
        axes.set(yscale="log", title=title, xlim=(0, bins[-1]))
        axes.set(xlabel="score of a finger, \N{MINUS SIGN}log₁₀ FMR", ylabel="share of pairs")
        axes.legend(loc="upper center", ncols=3)
        axes.set_ylim(top=axes.get_ylim()[1] * 4)
        return _png(figure)


def nominal_fmr_chart(of: Mapping[str, Sequence[NominalFmrCheck]]) -> bytes:
    """Draw the observed FMR by the nominal FMR. Returns a PNG.

    The band holds 95 of 100 pooled counts if the nominal FMR is right. Counts of 0 are drawn as
    triangles at one half.
    """
    with mpl.rc_context(_STYLE):
        figure, axes = _new_figure(7.2, 4.6)
        for name, rows in of.items():
            colour, line, width = _POOLED.get(name, (None, "-", 1.2))
            fmr = np.array([row.fmr for row in rows])
            count = np.array([row.false_matches for row in rows], np.float64)
            observed = np.where(count > 0, count, 0.5) / rows[0].non_mated
            (drawn,) = axes.plot(fmr, observed, line, color=colour, linewidth=width, label=name)
            for at, marker in ((count > 0, "o"), (count == 0, "v")):
                axes.plot(fmr[at], observed[at], marker, color=drawn.get_color(), markersize=5)
        _draw_band(axes, next(iter(of.values())))
        axes.set(xscale="log", yscale="log", title="Nominal and observed FMR")
        axes.set(xlabel="nominal FMR of the score", ylabel="FMR observed")
        axes.legend(loc="upper left")
        return _png(figure)


def non_mated_tail_chart(tails: Sequence[NonMatedTail]) -> bytes:
    """Draw the share of non-mated at or above each raw score: nominal lines, counted dots."""
    with mpl.rc_context(_STYLE):
        figure, axes = _new_figure(7.2, 4.6)
        for tail in tails:
            (line,) = axes.plot(tail.raw, tail.nominal_fmr, linewidth=1.4)
            ranked = np.sort(tail.non_mated)[::-1]
            steps = np.unique(np.geomspace(1, ranked.size, 60).astype(int))
            label = f"{tail.name} minutiae, {ranked.size:,} pairs"
            colour = line.get_color()
            share = steps / ranked.size
            axes.plot(ranked[steps - 1], share, ".", color=colour, markersize=5, label=label)
        least, most = min(tail.raw[0] for tail in tails), max(tail.raw[-1] for tail in tails)
        axes.set(yscale="log", ylim=(1e-7, 1.5), xlim=(least, most))
        axes.set(title="Non-mated comparisons: nominal FMR (lines) and counted (dots)")
        axes.set(xlabel="raw score", ylabel="share of non-mated at or above it")
        axes.legend(loc="upper right", title="the fingers have, geometric mean,")
        return _png(figure)


def fnir_chart(at_size: Sequence[Mapping[str, Any]], title: str) -> bytes:
    """Draw the FNIR by the number of people, and what vendors have published. Returns a PNG.

    at_size: of result.json. Without a search missed a triangle is drawn at half a search.
    """
    with mpl.rc_context(_STYLE):
        figure, axes = _new_figure(7.2, 4.6)
        for key, label in _FNIR_LINES.items():
            rows = [row for row in at_size if row[key] is not None]
            if rows:
                _draw_fnir(axes, key, label, rows)
        for vendor, fnir in PUBLISHED_FNIR.items():
            axes.plot([PUBLISHED_PEOPLE], [fnir], "D", color=_INK, markersize=5)
            axes.annotate(f"{vendor} {fnir:g}", (PUBLISHED_PEOPLE, fnir), (-7, -3),
                          textcoords="offset points", fontsize=8, ha="right")  # fmt: skip
        axes.set(xscale="log", yscale="log", title=title, ylim=(1e-4, 1))
        axes.set(xlabel="people in the gallery", ylabel="FNIR: share of mated searches missed")
        axes.set_xlim(min(row["people"] for row in at_size) / 2, 2 * PUBLISHED_PEOPLE)
        axes.legend(loc="upper left")
        return _png(figure)


def _draw_fnir(axes: Axes, key: str, label: str, rows: Sequence[Mapping[str, Any]]) -> None:
    people = np.array([row["people"] for row in rows])
    fnir = np.array([row[key] or 0.5 / row["searches"] for row in rows])
    (drawn,) = axes.plot(people, fnir, ":" if "nominal" in key else "-", label=label)
    for row, x, y in zip(rows, people, fnir, strict=True):
        axes.plot([x], [y], "o" if row[key] else "v", color=drawn.get_color(), markersize=5)


def _draw_band(axes: Axes, rows: Sequence[NominalFmrCheck]) -> None:
    fmr = np.array([row.fmr for row in rows])
    low = np.array([max(row.low, 0.5) for row in rows]) / rows[0].non_mated
    high = np.array([max(row.high, 0.5) for row in rows]) / rows[0].non_mated
    axes.fill_between(fmr, low, high, color=_QUIET, alpha=0.18, linewidth=0, label="95 % of counts")
    axes.plot(fmr, fmr, color=_QUIET, linewidth=0.8, linestyle=":")


def _decade_below(rates: Sequence[Scores]) -> float:
    """Return the power of ten at or below all rates that are not 0."""
    least = min((rate[rate > 0].min() for rate in rates if (rate > 0).any()), default=0.01)
    return float(10 ** np.floor(np.log10(min(least, 0.01))))


def _new_figure(width: float, height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(width, height), dpi=144, layout="constrained")
    axes = figure.subplots()
    axes.set_prop_cycle(color=_COLOURS)
    return figure, axes


def _png(figure: Figure) -> bytes:
    figure.axes[0].title.set(fontsize=11, fontweight="bold")
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return file.getvalue()
