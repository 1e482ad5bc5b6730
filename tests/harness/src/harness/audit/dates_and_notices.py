"""Checks of dates: of the plan, of hand-overs, and of the notices sent."""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise

from passport.issuance.v1 import applications_pb2 as applications
from passport.issuance.v1 import schedule_pb2

from harness.audit.gathered import AuditData, day, number
from harness.demo_facts import Check, Facts, ScheduleRow
from harness.world.names import day_of

HANDED_OVER = applications.APPLICATION_STATE_HANDED_OVER


def dates(
    data: AuditData, facts: Facts, announced: Mapping[date, date], would: Mapping[date, date]
) -> Iterable[Check]:
    """Check the plan against the dates announced, and hand-overs against the days of our rules."""
    zone = data.zone
    collected = Tally(
        (day(file.completed_at, zone), day(file.handed_over_at, zone))
        for file in data.files
        if file.state == HANDED_OVER
    )
    facts.as_it_would_have_been = [
        ScheduleRow(applied_on, collect_on, count)
        for (applied_on, collect_on), count in sorted(collected.items())
    ]
    for name, rows, expected in (
        ("as it was: the plan gives exactly the dates announced", facts.as_it_was, announced),
        ("as it would have been: collected on the days our rules give",
         facts.as_it_would_have_been, would),
    ):  # fmt: skip
        yield Check(
            name,
            {(row.applied_on, row.collect_on) for row in rows} == set(expected.items()),
            "; ".join(f"{_short(r.applied_on)} to {_short(r.collect_on)}: {r.count}" for r in rows),
        )


def queue(data: AuditData) -> Iterable[Check]:
    """Check that passports became ready in the order in which applications were complete."""
    made = {
        notice.application_id: day(notice.at, data.zone)
        for notice in data.notices
        if notice.kind == schedule_pb2.NOTICE_KIND_READY
    }
    files = sorted(data.files, key=lambda file: file.completed_at.ToNanoseconds())
    days = [made[file.application_id] for file in files if file.application_id in made]
    overtaken = sum(later < earlier for earlier, later in pairwise(days))
    yield Check("everybody kept their place in the queue", not overtaken, number(overtaken))


def notices(data: AuditData) -> Iterable[Check]:
    """Check that each change of a collection date was notified once, and none named a past day."""
    sent: dict[str, list[date]] = {}
    past = twice = 0
    for notice in data.notices:
        if not notice.HasField("collect_on"):
            continue
        promised, earlier = (
            day_of(notice.collect_on),
            sent.setdefault(notice.application_id, []),
        )
        past += promised < day(notice.at, data.zone)
        if notice.kind in (
            schedule_pb2.NOTICE_KIND_PROMISED_DATE,
            schedule_pb2.NOTICE_KIND_DATE_CHANGED,
        ):
            twice += bool(earlier) and earlier[-1] == promised
            earlier.append(promised)
    yield Check("nobody was promised a day in the past", not past, number(past))
    yield Check("nobody was told the same day twice", not twice, number(twice))
    kept = [
        file for file in data.files
        if file.state == HANDED_OVER
        and sent.get(file.application_id, [None])[-1] == day(file.handed_over_at, data.zone)
    ]  # fmt: skip
    collected = sum(file.state == HANDED_OVER for file in data.files)
    yield Check(
        "everybody collected on the day they were told last",
        len(kept) == collected,
        f"{len(kept)} of {collected}",
    )


def _short(at: date) -> str:
    return f"{at.day} {at:%b}"
