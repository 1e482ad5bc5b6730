"""Figures and the limits they are held against, as JSON, as a table and as a picture."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from matplotlib.figure import Figure as Drawing


@dataclass(frozen=True, slots=True)
class Figure:
    """Something measured. unit: ends with ``/s`` for a rate, is ``s`` for a duration."""

    name: str
    value: float
    unit: str
    how: str

    def __str__(self) -> str:
        return f"{self.value:,.{0 if self.value >= 100 else 2}f} {self.unit}"


@dataclass(frozen=True, slots=True)
class Held:
    """A figure held against a limit, of which each piece of work needs ``needs``."""

    figure: Figure
    limit: Figure
    needs: float

    @property
    def share(self) -> float:
        """How near the figure comes to the limit: 1 is as good as can be."""
        if self.figure.unit == "s":
            return self.limit.value * self.needs / self.figure.value
        return self.figure.value * self.needs / self.limit.value

    def __str__(self) -> str:
        return (
            f"{self.figure.name}: {self.figure}, {self.share:.0%} of what {self.needs:g} x "
            f"{self.limit.name} ({self.limit}) allow"
        )


def as_json(held: Sequence[Held]) -> list[dict[str, object]]:
    """Everything about each ratio."""
    return [{**asdict(one), "share": one.share} for one in held]


def as_table(held: Sequence[Held], limits: Sequence[Figure]) -> str:
    """Markdown: the ratios, then the limits alone and how all was measured."""
    lines = ["| | measured | limit | needs of it | share |", "|---|---|---|---|---|"]
    lines += [
        f"| {one.figure.name} | {one.figure} | {one.limit.name} | {one.needs:g} | {one.share:.0%} |"
        for one in held
    ]
    lines += ["", "| limit | measured | how |", "|---|---|---|"]
    lines += [f"| {limit.name} | {limit} | {limit.how} |" for limit in limits]
    lines += [""]
    lines += [f"- {figure.name}: {figure.how}" for figure in _figures(held)]
    return "\n".join([*lines, ""])


def draw(held: Sequence[Held], path: Path) -> None:
    """A bar for each ratio, as SVG."""
    drawing = Drawing(figsize=(8.5, 0.42 * len(held) + 1.0), layout="constrained")
    axes = drawing.subplots()
    labels = [f"{one.figure.name} ({one.figure})\nof {one.limit.name}" for one in held]
    bars = axes.barh(labels, [100 * one.share for one in held], color="#1c6a6e")
    axes.bar_label(bars, fmt="%.0f %%", padding=3)
    axes.invert_yaxis()
    axes.set(xlim=(0, 110), xlabel="share of the limit, %")
    axes.tick_params(axis="y", labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)
    drawing.savefig(path)


def _figures(held: Sequence[Held]) -> list[Figure]:
    return list({one.figure.name: one.figure for one in held}.values())
