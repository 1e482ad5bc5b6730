"""The collection schedule of an office: who applied on which day can collect when, as a table and
as an announcement to the public."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from issuance.domain.collection_hours import CollectionHours
from issuance.domain.collection_plan import PlannedCollection
from issuance.domain.formatting import LocalizedText, format_period


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """How many people who applied on one day can collect on one day; None: not known yet."""

    applied_on: date
    collect_on: date | None
    count: int


def collection_schedule(entries: Iterable[PlannedCollection]) -> list[ScheduleRow]:
    """Return one row for each pair of days, sorted by application and collection; unknown last."""
    counts: Counter[tuple[date, date | None]] = Counter()
    for entry in entries:
        counts[entry.applied_on, entry.collect_on] += entry.books
    ordered = sorted(counts.items(), key=lambda item: (item[0][0], item[0][1] or date.max))
    return [ScheduleRow(*days, count) for days, count in ordered]


def announcement(
    rows: Sequence[ScheduleRow], office_name: str, hours: CollectionHours
) -> LocalizedText:
    """Return the schedule as an announcement to the public.

    Days of application that follow each other and have the same collection date share a line.
    """
    lines = [
        _line(list(group), hours) for _, group in groupby(rows, key=lambda row: row.collect_on)
    ]
    return LocalizedText(
        "\n".join([f"Jadwal pengambilan paspor {office_name}", *(line.id for line in lines)]),
        "\n".join([f"Collection of passports, {office_name}", *(line.en for line in lines)]),
    )


def _line(rows: Sequence[ScheduleRow], hours: CollectionHours) -> LocalizedText:
    applied = format_period(rows[0].applied_on, rows[-1].applied_on)
    count = sum(row.count for row in rows)
    collect_on = rows[0].collect_on
    when = (
        LocalizedText("akan diumumkan", "to be announced")
        if collect_on is None
        else hours.appointment(collect_on)
    )
    return LocalizedText(
        f"Permohonan {applied.id} ({count} pemohon): {when.id}",
        f"Applied {applied.en} ({count} {'person' if count == 1 else 'people'}): {when.en}",
    )
