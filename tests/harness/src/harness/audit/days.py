"""The days: those of the plan, those of the hand-over, those people were told."""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise

from passport.issuance.v1 import applications_pb2 as applications
from passport.issuance.v1 import schedule_pb2

from harness.audit.evidence import Evidence, day, number
from harness.facts import Check, Facts, Row
from harness.world.names import day_of

HANDED_OVER = applications.APPLICATION_STATE_HANDED_OVER


def dates(
    evidence: Evidence, facts: Facts, announced: Mapping[date, date], would: Mapping[date, date]
) -> Iterable[Check]:
    """The plan gave the announced dates; the days of collection are those our rules promise."""
    zone = evidence.zone
    collected = Tally(
        (day(file.completed_at, zone), day(file.handed_over_at, zone))
        for file in evidence.files
        if file.state == HANDED_OVER
    )
    facts.as_it_would_have_been = [
        Row(applied, collect, count) for (applied, collect), count in sorted(collected.items())
    ]
    for name, rows, expected in (
        ("as it was: the plan gives exactly the dates announced", facts.as_it_was, announced),
        ("as it would have been: collected on the days our rules give",
         facts.as_it_would_have_been, would),
    ):  # fmt: skip
        yield Check(
            name,
            {(row.applied, row.collect) for row in rows} == set(expected.items()),
            "; ".join(f"{_short(r.applied)} to {_short(r.collect)}: {r.count}" for r in rows),
        )


def queue(evidence: Evidence) -> Iterable[Check]:
    """Books were made in the order in which applications were complete, false alarms or not."""
    made = {
        notice.application_id: day(notice.at, evidence.zone)
        for notice in evidence.notices
        if notice.kind == schedule_pb2.NOTICE_KIND_READY
    }
    files = sorted(evidence.files, key=lambda file: file.completed_at.ToNanoseconds())
    days = [made[file.application_id] for file in files if file.application_id in made]
    overtaken = sum(later < earlier for earlier, later in pairwise(days))
    yield Check("everybody kept their place in the queue", not overtaken, number(overtaken))


def notices(evidence: Evidence) -> Iterable[Check]:
    """Everybody was told their day, each change once, never a day that had passed."""
    told: dict[str, list[date]] = {}
    past = twice = 0
    for notice in evidence.notices:
        if not notice.HasField("collect_on"):
            continue
        promised, earlier = day_of(notice.collect_on), told.setdefault(notice.application_id, [])
        past += promised < day(notice.at, evidence.zone)
        if notice.kind in (
            schedule_pb2.NOTICE_KIND_PROMISED_DATE,
            schedule_pb2.NOTICE_KIND_DATE_CHANGED,
        ):
            twice += bool(earlier) and earlier[-1] == promised
            earlier.append(promised)
    yield Check("nobody was promised a day in the past", not past, number(past))
    yield Check("nobody was told the same day twice", not twice, number(twice))
    kept = [
        file for file in evidence.files
        if file.state == HANDED_OVER
        and told.get(file.application_id, [None])[-1] == day(file.handed_over_at, evidence.zone)
    ]  # fmt: skip
    collected = sum(file.state == HANDED_OVER for file in evidence.files)
    yield Check(
        "everybody collected on the day they were told last",
        len(kept) == collected,
        f"{len(kept)} of {collected}",
    )


def _short(at: date) -> str:
    return f"{at.day} {at:%b}"
