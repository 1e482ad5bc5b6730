"""`summary.json`: the figures of a demo run, for programs. Its keys do not change."""

import json
from collections.abc import Sequence
from pathlib import Path

from harness.demo_facts import Facts, ScheduleRow


def write(facts: Facts, path: Path) -> None:
    """Write the summary of a run as JSON."""
    path.write_text(json.dumps(summary(facts), indent=2) + "\n", encoding="utf-8")


def summary(facts: Facts) -> dict[str, object]:
    """Return the summary of a run; days as ISO 8601, durations in seconds."""
    return {
        "as_it_was": {"collection_schedule": _schedule(facts.as_it_was)},
        "as_it_would_have_been": {"collection_schedule": _schedule(facts.as_it_would_have_been)},
        "applications": {
            "total": facts.applications,
            "collected": facts.collected,
            "refused": facts.refused,
        },
        "duplicates": {
            "planted": facts.planted,
            "adjudicated": facts.planted_adjudicated,
            "confirmed": facts.planted_confirmed,
        },
        "false_alarms": {"raised": facts.false_alarms, "cleared": facts.false_alarms_cleared},
        "honest_refused": facts.honest_refused,
        "renewals": {"total": facts.renewals, "own_record_first": facts.own_record_first},
        "real_images": facts.real_images,
        "books": {
            "received": facts.books.received,
            "issued": facts.books.issued,
            "spoiled": facts.books.spoiled,
            "quarantined": facts.books.quarantined,
            "in_stock": facts.books.in_stock,
        },
        "printed_twice": facts.printed_twice,
        "kills": len(facts.kills),
        "wall_seconds": round(facts.wall_seconds, 1),
    }


def _schedule(rows: Sequence[ScheduleRow]) -> list[dict[str, object]]:
    return [
        {"applied": str(row.applied_on), "collect": str(row.collect_on), "count": row.count}
        for row in rows
    ]
