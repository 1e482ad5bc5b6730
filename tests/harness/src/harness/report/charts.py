"""The report's drawings, as SVG to stand inside a page."""

import io
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from harness.demo_facts import ScheduleRow

DAY = timedelta(days=1)
_LABEL_DAYS = 7
NARROW, WIDE = 4.9, 9.8
"""Width of a drawing that a phone shows, and of one across a page, inches."""
WAS, WOULD, INK, QUIET, SHADE, WEEKEND = (
    "#a8502f", "#1c6a6e", "#23282c", "#747c82", "#efe6dd", "#f6f6f4",
)  # fmt: skip
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "passport",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.5,
    "text.color": INK,
    "axes.edgecolor": "#c9ced2",
    "axes.labelcolor": QUIET,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "xtick.color": QUIET,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}
_PAGE_FONTS = "'Helvetica Neue', Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"


def timeline(
    title: str, rows: Sequence[ScheduleRow], colour: str, outage: tuple[date, date], last: date
) -> str:
    """One course: from each day of application to its days of collection."""
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(NARROW, 3.5), layout="constrained")
        axes = figure.subplots()
        _calendar(axes, min(row.applied_on for row in rows), last, outage)
        _courses(axes, rows, colour)
        axes.set_title(title, loc="left", color=colour, fontsize=12.5, fontweight="bold")
        days = sorted({row.applied_on for row in rows})
        axes.set_yticks(range(len(days)), [f"{day:%a} {day.day} {day:%b}" for day in days])
        axes.set_ylim(len(days) - 0.35, -0.95)
        return _svg(figure, f"Days of application and of collection, {title.lower()}")


def backlog(
    was: Sequence[ScheduleRow],
    would: Sequence[ScheduleRow],
    outage: tuple[date, date],
    last: date,
    width: float,
) -> str:
    """People who have applied and hold no passport yet, at the end of each day.

    width: of the drawing, NARROW or WIDE, inches at the size of its letters.
    """
    first = min(row.applied_on for row in was)
    days = list(_days(first, last))
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(width, 3.1), layout="constrained")
        axes = figure.subplots()
        _calendar(axes, first, last, outage)
        for rows, colour, name in (
            (was, WAS, "as it was"),
            (would, WOULD, "as it would have been"),
        ):
            waiting = [_waiting(rows, day) for day in days]
            places = [_x(day, first) + 0.5 for day in days]
            axes.fill_between(places, waiting, step="mid", color=colour, alpha=0.13, linewidth=0)
            axes.step(places, waiting, where="mid", color=colour, linewidth=2.2)
            highest = max(range(len(days)), key=waiting.__getitem__)
            _label(axes, str(waiting[highest]), places[highest], waiting[highest], colour)
            _label(axes, name, places[-_LABEL_DAYS], waiting[-_LABEL_DAYS], colour)
        top = max(_waiting(rows, day) for rows in (was, would) for day in days)
        axes.set_ylim(0, top * 1.25 + 1)
        axes.yaxis.grid(visible=True, color="#e3e6e8", linewidth=0.7)
        axes.set_axisbelow(True)
        axes.set_ylabel("people waiting in the evening")
        return _svg(figure, "People waiting for their passport by day")


def _label(axes: Axes, text: str, x: float, y: float, colour: str) -> None:
    axes.annotate(
        text,
        (x, y),
        xytext=(0, 6),
        textcoords="offset points",
        color=colour,
        fontweight="bold",
        ha="center",
    )


def _courses(axes: Axes, rows: Sequence[ScheduleRow], colour: str) -> None:
    first = min(row.applied_on for row in rows)
    days = sorted({row.applied_on for row in rows})
    for row in rows:
        y = days.index(row.applied_on)
        start, end = _x(row.applied_on, first) + 0.5, _x(row.collect_on, first) + 0.5
        axes.plot([start, end], [y, y], color=colour, linewidth=2.6, solid_capstyle="round")
        axes.plot([start], [y], "o", color="white", markeredgecolor=colour, markersize=6.5, mew=1.8)
        axes.plot([end], [y], "o", color=colour, markersize=7.5)
        axes.annotate(
            f"{row.count} on {row.collect_on.day} {row.collect_on:%b}",
            (end, y),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.8,
            color=colour,
        )


def _calendar(axes: Axes, first: date, last: date, outage: tuple[date, date]) -> None:
    days = list(_days(first, last))
    for day in days:
        if day.weekday() >= 5:
            axes.axvspan(_x(day, first), _x(day, first) + 1, color=WEEKEND, zorder=0)
    begin, end = _x(outage[0], first), _x(outage[1], first) + 1
    axes.axvspan(begin, end, color=SHADE, zorder=0)
    axes.annotate(
        "matcher away",
        ((begin + end) / 2, 1),
        xycoords=axes.get_xaxis_transform(),
        xytext=(0, -4),
        textcoords="offset points",
        ha="center",
        va="top",
        fontsize=8.2,
        color="#8a6a4d",
    )
    axes.set_xlim(0, len(days))
    names = [
        f"{day.day}\n{day:%b}" if day in (first, day.replace(day=1)) else f"{day.day}\n"
        for day in days
    ]
    axes.set_xticks([_x(day, first) + 0.5 for day in days], names)


def _waiting(rows: Sequence[ScheduleRow], day: date) -> int:
    return sum(row.count for row in rows if row.applied_on <= day < row.collect_on)


def _days(first: date, last: date) -> Iterator[date]:
    for offset in range((last - first).days + 1):
        yield first + offset * DAY


def _x(day: date, first: date) -> int:
    return (day - first).days


def _svg(figure: Figure, title: str) -> str:
    target = io.StringIO()
    figure.savefig(target, format="svg", transparent=True, metadata={"Date": None})
    drawing = target.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(r'(<svg[^>]*?) width="[^"]*"', r"\1", drawing, count=1)
    drawing = re.sub(r'(<svg[^>]*?) height="[^"]*"', r"\1", drawing, count=1)
    drawing = drawing.replace("<svg", f'<svg role="img" aria-label="{title}"', 1)
    return re.sub(r"'?DejaVu Sans'?(, sans-serif)?", _PAGE_FONTS, drawing)
