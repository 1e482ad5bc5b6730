"""What the demo checks and collects when the fortnight is over."""

import platform
from collections import Counter as Tally
from collections.abc import Sequence
from datetime import UTC, date
from importlib.metadata import version
from pathlib import Path

import grpc
from passport.issuance.v1 import schedule_pb2

from harness import audit
from harness.configuration import REPOSITORY
from harness.demo_facts import Check, ExaminedPrints, Facts, NoticeCount, NoticeText
from harness.fortnight import ZONE
from harness.machine_output import page_as_png
from harness.office import Office
from harness.replay import replay
from harness.roles.examiners import Examined

ANNOUNCED = {
    date(2018, 10, 26): date(2018, 11, 5),
    date(2018, 10, 29): date(2018, 11, 5),
    date(2018, 10, 30): date(2018, 11, 6),
    date(2018, 10, 31): date(2018, 11, 7),
    date(2018, 11, 1): date(2018, 11, 7),
    date(2018, 11, 2): date(2018, 11, 7),
}
"""By day of application, as the office announced it in 2018."""
WOULD_HAVE_BEEN = {
    date(2018, 10, 26): date(2018, 11, 1),
    date(2018, 10, 29): date(2018, 11, 1),
    date(2018, 10, 30): date(2018, 11, 2),
    date(2018, 10, 31): date(2018, 11, 5),
    date(2018, 11, 1): date(2018, 11, 6),
    date(2018, 11, 2): date(2018, 11, 7),
}
"""By day of application, three working days or as soon after as 162 books a day allow."""
_KINDS = {
    "NOTICE_KIND_PROMISED_DATE": "the day of collection",
    "NOTICE_KIND_DATE_CHANGED": "another day of collection",
    "NOTICE_KIND_DELAYED": "delayed, new day to follow",
    "NOTICE_KIND_READY": "the passport lies ready",
    "NOTICE_KIND_RECAPTURE": "fingerprints to be taken again",
    "NOTICE_KIND_REFUSED": "refused, with the reason",
    "NOTICE_KIND_COLLECTION_REMINDER": "to be collected within a week",
    "NOTICE_KIND_NOT_COLLECTED": "cancelled, since not collected",
    "NOTICE_KIND_IDENTITY_SETTLED": "identified after the hand-over",
    "NOTICE_KIND_IDENTIFICATION_DUE": "to be identified otherwise, after the hand-over",
}
_SCENARIO = REPOSITORY / "docs" / "examples" / "banjarmasin-2018.json"


async def audit_and_collect(office: Office, examined: Sequence[Examined], facts: Facts) -> None:
    """Run every audit, and collect the figures and notices that the report shows."""
    data = await audit.gather(office, examined, ZONE)
    facts.checks += [
        *audit.dates(data, facts, ANNOUNCED, WOULD_HAVE_BEEN),
        *audit.people(data, facts),
        *audit.identities(data, facts),
        *audit.books(data, facts),
        *audit.queue(data),
        *audit.notices(data),
        Check(
            "what a machine left unknown was settled by people who looked at it",
            facts.unknown_resolved > 0,
            f"{facts.unknown_resolved} settled",
        ),
    ]
    _collect_figures(data, facts)
    _collect_notices(data, facts)
    facts.versions = {
        "Python": platform.python_version(),
        "gRPC": grpc.__version__,
        "this repository": version("passport-harness"),
        "models of the matcher": (await office.administrator.matcher()).model_version,
        "machine": f"{platform.machine()}, {platform.system()} {platform.release()}",
    }


async def check_replay(plan: Path, facts: Facts) -> Check:
    """Check that `issuance replay` gives the plan of the running service."""
    rows = await replay(_SCENARIO, plan)
    return Check(
        "`issuance replay` says the same as the running service",
        rows == facts.as_it_was,
        f"{len(rows)} rows of {_SCENARIO.relative_to(REPOSITORY)}",
    )


def _collect_figures(data: audit.AuditData, facts: Facts) -> None:
    """Collect a confirmed duplicate as examiners saw it, and a printed data page."""
    cases = data.ground_truth.cases
    confirmed = [one for one in data.examined if one.confirmed]
    if confirmed:
        best = max(
            confirmed,
            key=lambda one: (
                cases[one.task.application_id].applicant.human.fingers.has_images,
                one.figures[0].matched_minutiae,
            ),
        )
        facts.examined_prints = ExaminedPrints(
            png=best.figures[0].png,
            matched=best.figures[0].matched_minutiae,
            score=best.task.candidates[0].score.value,
            threshold=best.decision.threshold.value,
            people_searched=best.decision.people_searched,
        )
    pages = [page for output in data.machine_outputs for _, page in output.pages()]
    if pages:
        facts.data_page = page_as_png(pages[0])


def _collect_notices(data: audit.AuditData, facts: Facts) -> None:
    """Count notices by day and kind, and collect all notices of the first applicant."""
    notice_counts = Tally(
        (audit.day(notice.at, ZONE), schedule_pb2.NoticeKind.Name(notice.kind))
        for notice in data.notices
    )
    facts.notice_counts = [
        NoticeCount(day, _KINDS[kind], count)
        for (day, kind), count in sorted(notice_counts.items())
    ]
    first = next(iter(data.ground_truth.cases))
    facts.notices = [
        NoticeText(notice.at.ToDatetime(UTC).astimezone(ZONE), notice.text.id, notice.text.en)
        for notice in data.notices
        if notice.application_id == first
    ]
