"""Measurements and their shares of what the machine can do, as JSON, Markdown and a chart."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from matplotlib.figure import Figure


@dataclass(frozen=True, slots=True)
class Measurement:
    """Something measured. unit: ends with ``/s`` for a rate, is ``s`` for a duration."""

    name: str
    value: float
    unit: str
    how: str

    def __str__(self) -> str:
        return f"{self.value:,.{0 if self.value >= 100 else 2}f} {self.unit}"


@dataclass(frozen=True, slots=True)
class ShareOfLimit:
    """A measurement compared with a limit, of which each piece of work needs `needs`."""

    measured: Measurement
    limit: Measurement
    needs: float

    @property
    def share(self) -> float:
        """How near the measurement comes to the limit; 1 is the best possible."""
        if self.measured.unit == "s":
            return self.limit.value * self.needs / self.measured.value
        return self.measured.value * self.needs / self.limit.value

    def __str__(self) -> str:
        return (
            f"{self.measured.name}: {self.measured}, {self.share:.0%} of what {self.needs:g} x "
            f"{self.limit.name} ({self.limit}) allow"
        )


def as_json(shares: Sequence[ShareOfLimit]) -> list[dict[str, object]]:
    """Return all about each share."""
    return [{**asdict(each), "share": each.share} for each in shares]


def as_markdown(shares: Sequence[ShareOfLimit], limits: Sequence[Measurement]) -> str:
    """Return tables of the shares and of the limits, and how everything was measured."""
    lines = ["| | measured | limit | needs of it | share |", "|---|---|---|---|---|"]
    lines += [
        f"| {each.measured.name} | {each.measured} | {each.limit.name} | {each.needs:g} "
        f"| {each.share:.0%} |"
        for each in shares
    ]
    lines += ["", "| limit | measured | how |", "|---|---|---|"]
    lines += [f"| {limit.name} | {limit} | {limit.how} |" for limit in limits]
    lines += [""]
    lines += [f"- {measured.name}: {measured.how}" for measured in _distinct(shares)]
    return "\n".join([*lines, ""])


def draw_chart(shares: Sequence[ShareOfLimit], path: Path) -> None:
    """Write an SVG chart with a bar for each share."""
    figure = Figure(figsize=(8.5, 0.42 * len(shares) + 1.0), layout="constrained")
    axes = figure.subplots()
    labels = [f"{each.measured.name} ({each.measured})\nof {each.limit.name}" for each in shares]
    bars = axes.barh(labels, [100 * each.share for each in shares], color="#1c6a6e")
    axes.bar_label(bars, fmt="%.0f %%", padding=3)
    axes.invert_yaxis()
    axes.set(xlim=(0, 110), xlabel="share of the limit, %")
    axes.tick_params(axis="y", labelsize=7)
    axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path)


def _distinct(shares: Sequence[ShareOfLimit]) -> list[Measurement]:
    return list({each.measured.name: each.measured for each in shares}.values())
