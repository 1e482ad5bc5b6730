"""Draws the figures of `matcher bench` by the number of people."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure

_PANELS: Mapping[str, Mapping[str, str]] = {
    "seconds of a search, one core": {
        "median_s": "median",
        "p99_s": "99th percentile",
        "no_hit_median_s": "median, nobody found",
    },
    "share of searches": {
        "mate_in_k": "compare the person",
        "rank1": "have it first",
        "mates_kept_vs_exact": "kept of an exact search",
    },
    "bytes a person": {
        "bytes_per_person_ram": "memory",
        "bytes_per_person_disk": "snapshot",
    },
    "seconds": {
        "build_s": "to build",
        "start_s": "to start from a snapshot",
        "longest_pause_s": "longest pause",
        "add_visible_s": "until one more is found",
    },
}
_LOGARITHMIC = ("seconds of a search, one core", "seconds")


def draw(sizes: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Write an SVG. sizes: figures of each gallery, the smallest first."""
    figure = Figure(figsize=(9.0, 6.4), layout="constrained")
    for axes, (title, lines) in zip(figure.subplots(2, 2).flat, _PANELS.items(), strict=True):
        _draw_panel(axes, title, lines, sizes)
    figure.savefig(path)


def _draw_panel(
    axes: Axes, title: str, lines: Mapping[str, str], sizes: Sequence[Mapping[str, Any]]
) -> None:
    for key, label in lines.items():
        drawn = [size for size in sizes if size[key] is not None]
        people, values = [size["people"] for size in drawn], [size[key] for size in drawn]
        axes.plot(people, values, "o-", label=label, markersize=4, linewidth=1.3)
    axes.set(xscale="log", title=title, xlabel="people on record")
    if title in _LOGARITHMIC:
        axes.set_yscale("log")
    else:
        axes.set_ylim(bottom=0)
    axes.grid(alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=8)
