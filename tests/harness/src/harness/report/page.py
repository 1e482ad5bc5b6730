"""Facts to page: what is computed for the eye is computed here, what is said stands in the page."""

import base64
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from harness.demo_facts import Facts, ScheduleRow
from harness.report import charts

OUTAGE = (date(2018, 10, 26), date(2018, 10, 31))
_LAST = date(2018, 11, 9)


def write(facts: Facts, path: Path) -> None:
    """Write the report of a run to ``path``; it needs no other file and no network."""
    environment = Environment(
        loader=PackageLoader("harness.report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "day": _day,
        "moment": _moment,
        "png": _png,
        "mebibytes": lambda size: f"{size / 2**20:,.0f}",
        "seconds": lambda value: f"{value:,.1f}",
        "number": lambda value: f"{value:,}",
    }
    was, would = facts.as_it_was, facts.as_it_would_have_been
    text = environment.get_template("page.html.j2").render(
        facts=facts,
        comparison=_comparison(was, would),
        person_days_saved=_waited(was) - _waited(would),
        timelines=_timelines(was, would),
        backlogs=_backlogs(was, would),
    )
    path.write_text(text, encoding="utf-8")


def _timelines(was: Sequence[ScheduleRow], would: Sequence[ScheduleRow]) -> list[str]:
    courses = [("As it was", was, charts.WAS), ("As it would have been", would, charts.WOULD)]
    return [
        charts.timeline(title, rows, colour, OUTAGE, _LAST)
        for title, rows, colour in courses
        if rows
    ]


def _backlogs(was: Sequence[ScheduleRow], would: Sequence[ScheduleRow]) -> dict[str, str]:
    """Return the same drawing for a page and for a phone, which shows one of them."""
    if not (was and would):
        return {}
    widths = {"wide": charts.WIDE, "narrow": charts.NARROW}
    return {name: charts.backlog(was, would, OUTAGE, _LAST, w) for name, w in widths.items()}


def _comparison(
    was: Sequence[ScheduleRow], would: Sequence[ScheduleRow]
) -> list[tuple[ScheduleRow, list[ScheduleRow]]]:
    """Each row as it was, with the rows of the same day of application as it would have been."""
    return [(row, [other for other in would if other.applied_on == row.applied_on]) for row in was]


def _waited(rows: Sequence[ScheduleRow]) -> int:
    """Days waited by all people together."""
    return sum(row.count * (row.collect_on - row.applied_on).days for row in rows)


def _day(day: date) -> str:
    return f"{day:%a} {day.day} {day:%b}"


def _moment(moment: datetime) -> str:
    return f"{_day(moment)} {moment:%H:%M}"


def _png(content: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(content).decode("ascii")
