"""What the demo looks at when the fortnight is over."""

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
from harness.facts import Check, Facts, NoticeText, Prints, Told
from harness.fortnight import ZONE
from harness.office import Office
from harness.replay import replay
from harness.roles.examiners import Examined
from harness.trays import picture

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
}
_SCENARIO = REPOSITORY / "docs" / "examples" / "banjarmasin-2018.json"


async def look_back(office: Office, examined: Sequence[Examined], facts: Facts) -> None:
    """Audit everything, and keep the pictures and words that the report shows."""
    evidence = await audit.gather(office, examined, ZONE)
    facts.checks += [
        *audit.dates(evidence, facts, ANNOUNCED, WOULD_HAVE_BEEN),
        *audit.people(evidence, facts),
        *audit.identities(evidence, facts),
        *audit.books(evidence, facts),
        *audit.queue(evidence),
        *audit.notices(evidence),
    ]
    _pictures(evidence, facts)
    _words(evidence, facts)
    facts.versions = {
        "Python": platform.python_version(),
        "gRPC": grpc.__version__,
        "this repository": version("passport-harness"),
        "models of the matcher": (await office.administrator.matcher()).model_version,
        "machine": f"{platform.machine()}, {platform.system()} {platform.release()}",
    }


async def replayed(plan: Path, facts: Facts) -> Check:
    """The planner's own command line over the documented scenario; its plan goes to ``plan``."""
    rows = await replay(_SCENARIO, plan)
    return Check(
        "`issuance replay` says the same as the running service",
        rows == facts.as_it_was,
        f"{len(rows)} rows of {_SCENARIO.relative_to(REPOSITORY)}",
    )


def _pictures(evidence: audit.Evidence, facts: Facts) -> None:
    """A second identity as the examiners saw it, and a page as it lay in the tray."""
    cases = evidence.casebook.cases
    confirmed = [one for one in evidence.examined if one.confirmed]
    if confirmed:
        best = max(
            confirmed,
            key=lambda one: (
                cases[one.task.application_id].applicant.human.fingers.pictured,
                one.pictures[0].matched_minutiae,
            ),
        )
        facts.prints = Prints(
            png=best.pictures[0].png,
            matched=best.pictures[0].matched_minutiae,
            score=best.task.candidates[0].score.value,
            threshold=best.decision.threshold.value,
            people_searched=best.decision.people_searched,
        )
    pages = [page for tray in evidence.trays for _, page in tray.pages()]
    if pages:
        facts.data_page = picture(pages[0])


def _words(evidence: audit.Evidence, facts: Facts) -> None:
    """How many were told what on which day, and everything that one of the first was told."""
    told = Tally(
        (audit.day(notice.at, ZONE), schedule_pb2.NoticeKind.Name(notice.kind))
        for notice in evidence.notices
    )
    facts.told = [Told(day, _KINDS[kind], count) for (day, kind), count in sorted(told.items())]
    first = next(iter(evidence.casebook.cases))
    facts.notices = [
        NoticeText(notice.at.ToDatetime(UTC).astimezone(ZONE), notice.text.id, notice.text.en)
        for notice in evidence.notices
        if notice.application_id == first
    ]
