"""Draws a recovery: who still waits, and how many identifications begin in a second."""

from bisect import bisect_right
from pathlib import Path

from issuance.domain.collection_plan import PriorityClass
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from .run import Recovery

_STEP = 10
_COLOURS = {
    PriorityClass.EMERGENCY: "#b3403a",
    PriorityClass.EXPEDITED: "#d08a1d",
    PriorityClass.NORMAL: "#1c6a6e",
}


def draw(recovery: Recovery, path: Path) -> None:
    """Write an SVG chart."""
    last = int(max(recovery.identified.values(), default=0.0)) + _STEP
    times = list(range(0, last + _STEP, _STEP))
    figure = Figure(figsize=(8.5, 5.2), layout="constrained")
    waiting, rate = figure.subplots(2, sharex=True)
    _draw_waiting(waiting, recovery, times)
    _draw_rate(rate, recovery, times)
    for axes in (waiting, rate):
        for began, end in recovery.matcher.away:
            axes.axvspan(began / 60, end / 60, color="#00000022", lw=0)
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_ylim(bottom=0)
        axes.legend(frameon=False, fontsize=8)
    with rc_context({"svg.hashsalt": "recovery", "svg.fonttype": "none"}):
        figure.savefig(path, metadata={"Date": None})


def _draw_waiting(axes: Axes, recovery: Recovery, times: list[int]) -> None:
    for priority_class, colour in _COLOURS.items():
        done = sorted(
            at
            for case, at in recovery.identified.items()
            if recovery.classes[case] is priority_class
        )
        left = [len(done) - bisect_right(done, time) for time in times]
        name = priority_class.name.lower()
        axes.plot([time / 60 for time in times], left, color=colour, label=name)
    axes.set(ylabel="applicants who wait")


def _draw_rate(axes: Axes, recovery: Recovery, times: list[int]) -> None:
    begun = recovery.matcher.begun
    counts = [
        (bisect_right(begun, time + _STEP) - bisect_right(begun, time)) / _STEP for time in times
    ]
    minutes = [time / 60 for time in times]
    axes.axhline(recovery.granted, color="#00000066", ls="--", lw=1, label="granted")
    axes.step(minutes, counts, where="post", color="#1c6a6e", label="begun, ten seconds each")
    axes.set(ylabel="identifications/s", xlabel="minutes since the matcher came back (grey: away)")
