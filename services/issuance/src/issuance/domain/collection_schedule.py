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
    """How many people who applied on one day can collect on one day; None: not known yet.

    if_ended_now: the day if the outages whose end nobody knows ended now; None if one is known.
    """

    applied_on: date
    collect_on: date | None
    count: int
    if_ended_now: date | None = None


def collection_schedule(entries: Iterable[PlannedCollection]) -> list[ScheduleRow]:
    """Return one row for each pair of days, sorted by application and collection; unknown last."""
    counts: Counter[tuple[date, date | None, date | None]] = Counter()
    for entry in entries:
        counts[entry.applied_on, entry.collect_on, entry.if_ended_now] += entry.books
    rows = [
        ScheduleRow(applied_on, collect_on, count, if_ended_now)
        for (applied_on, collect_on, if_ended_now), count in counts.items()
    ]
    return sorted(rows, key=_order)


def _order(row: ScheduleRow) -> tuple[date, date, date]:
    return row.applied_on, row.collect_on or date.max, row.if_ended_now or date.max


def announcement(
    rows: Sequence[ScheduleRow], office_name: str, hours: CollectionHours
) -> LocalizedText:
    """Return the schedule as an announcement to the public.

    Days of application that follow each other and have the same collection date share a line.
    """
    lines = [
        _line(list(group), hours)
        for _, group in groupby(rows, key=lambda row: (row.collect_on, row.if_ended_now))
    ]
    return LocalizedText(
        "\n".join([f"Jadwal pengambilan paspor {office_name}", *(line.id for line in lines)]),
        "\n".join([f"Collection of passports, {office_name}", *(line.en for line in lines)]),
    )


def _line(rows: Sequence[ScheduleRow], hours: CollectionHours) -> LocalizedText:
    applied = format_period(rows[0].applied_on, rows[-1].applied_on)
    count = sum(row.count for row in rows)
    when = _when(rows[0], hours)
    return LocalizedText(
        f"Permohonan {applied.id} ({count} pemohon): {when.id}",
        f"Applied {applied.en} ({count} {'person' if count == 1 else 'people'}): {when.en}",
    )


def _when(row: ScheduleRow, hours: CollectionHours) -> LocalizedText:
    if row.collect_on is not None:
        return hours.appointment(row.collect_on)
    if row.if_ended_now is None:
        return LocalizedText("akan diumumkan", "to be announced")
    day = hours.appointment(row.if_ended_now)
    return LocalizedText(
        f"akan diumumkan (bila gangguan berakhir sekarang: {day.id})",
        f"to be announced (if the outage ended now: {day.en})",
    )
