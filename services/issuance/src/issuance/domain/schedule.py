"""The collection schedule: the table the newspaper prints, from the plan."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import groupby

from issuance.domain.plan import Planned
from issuance.domain.words import Text, appointment_text, span_text
from issuance.domain.working_time import Calendar


@dataclass(frozen=True, slots=True)
class Row:
    """`count` people who applied on one day and collect on one day; None: not known yet."""

    applied: date
    collect: date | None
    count: int


def schedule(entries: Iterable[Planned]) -> list[Row]:
    """One row a day of application and day of collection, by both; unknown days last."""
    counts: Counter[tuple[date, date | None]] = Counter()
    for entry in entries:
        counts[entry.applied, entry.collect_on] += entry.books
    ordered = sorted(counts.items(), key=lambda item: (item[0][0], item[0][1] or date.max))
    return [Row(applied, collect, count) for (applied, collect), count in ordered]


def announcement(rows: Sequence[Row], office: str, hour: time, calendar: Calendar) -> Text:
    """The schedule as a notice to the public; neighbouring days with one answer share a line.

    hour: the office's policy, the local hour from which books are handed out.
    """
    lines = [
        _line(list(group), hour, calendar)
        for _, group in groupby(rows, key=lambda row: row.collect)
    ]
    return Text(
        "\n".join([f"Jadwal pengambilan paspor {office}", *(line.id for line in lines)]),
        "\n".join([f"Collection of passports, {office}", *(line.en for line in lines)]),
    )


def _line(rows: Sequence[Row], hour: time, calendar: Calendar) -> Text:
    applied = span_text(rows[0].applied, rows[-1].applied)
    count = sum(row.count for row in rows)
    collect = rows[0].collect
    when = (
        Text("akan diumumkan", "to be announced")
        if collect is None
        else appointment_text(collect, hour, calendar)
    )
    return Text(
        f"Permohonan {applied.id} ({count} pemohon): {when.id}",
        f"Applied {applied.en} ({count} {'person' if count == 1 else 'people'}): {when.en}",
    )
