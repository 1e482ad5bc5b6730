"""The demo: a country starts, lives through October 2018, and is checked from the outside."""

import platform
from collections import Counter as Tally
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

import grpc
from passport.issuance.v1 import operations_pb2 as operations

from harness import audit, report, summary
from harness.configuration import LEAST_QUALITY, REPOSITORY, Layout, Wishes
from harness.country import Country
from harness.enrolment import enrol
from harness.facts import Check, Facts, NoticeText, Prints, Told
from harness.fortnight import ZONE, Fortnight, moment
from harness.office import Office
from harness.progress import Progress
from harness.replay import replay
from harness.roles.examiners import Examined
from harness.trays import picture
from harness.world.fingers import Fingers, Photographed
from harness.world.folder import Pair
from harness.world.population import World, create
from harness.world.sensor import take

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
BEFORE = moment(date(2018, 10, 25), 12)
_KINDS = {
    "NOTICE_KIND_PROMISE": "the day of collection",
    "NOTICE_KIND_MOVED": "another day of collection",
    "NOTICE_KIND_DELAYED": "delayed, new day to follow",
    "NOTICE_KIND_READY": "the passport lies ready",
    "NOTICE_KIND_RECAPTURE": "fingerprints to be taken again",
    "NOTICE_KIND_REFUSED": "refused, with the reason",
}
_SCENARIO = REPOSITORY / "docs" / "examples" / "banjarmasin-2018.json"


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for: the seed, where results go, and real fingers if any, from `images`."""

    seed: int
    out: Path
    fingers: Sequence[Pair] = ()
    images: str = ""


async def demo(order: Order) -> Facts:
    """Run it; report and summary are written whatever was found."""
    progress = Progress()
    facts = Facts(seed=order.seed, images=order.images, began=datetime.now(UTC))
    with _workers() as workers:
        world = _world(order, workers, progress, facts)
        progress.say("the country starts: three services, four machines, mutual TLS")
        async with Country(Layout.fresh(order.out), Wishes(), BEFORE) as country:
            progress.say(f"they serve; logs are in {country.layout.logs}")
            office = Office(country, order.seed, world.on_record)
            examined = await _live(office, world, order.seed, progress, facts)
            await _look_back(office, examined, facts)
    facts.checks.append(await _replayed(order.out / "plan.json", facts))
    facts.use = country.use
    facts.phases = progress.phases
    facts.wall_seconds = progress.seconds
    report.write(facts, order.out / "report.html")
    summary.write(facts, order.out / "summary.json")
    return facts


@contextmanager
def _workers() -> Iterator[Executor]:
    """Processes that render pictures; what is not begun when the demo ends is dropped."""
    workers = ProcessPoolExecutor(2)
    try:
        yield workers
    finally:
        workers.shutdown(wait=True, cancel_futures=True)


def _world(order: Order, workers: Executor, progress: Progress, facts: Facts) -> World:
    taken = take(order.fingers, LEAST_QUALITY, workers)
    if order.fingers:
        facts.recaptured = taken.refused
        progress.say(
            f"sensor: two fingers of {len(taken.people)} people; {taken.refused} prints were "
            f"refused (NFIQ 2 below {LEAST_QUALITY}) and taken again"
        )
    world = create(order.seed, workers, taken.people)
    facts.pictures_submitted = sum(2 for fingers in _occasions(world) if fingers.pictured)
    facts.real_images = sum(2 for fingers in _occasions(world) if isinstance(fingers, Photographed))
    world.render()
    return world


def _occasions(world: World) -> list[Fingers]:
    """The fingers of everybody, once for each time they give them."""
    return [
        *(human.fingers for human in world.on_record),
        *(applicant.human.fingers for applicant in world.all_applicants),
    ]


async def _live(
    office: Office, world: World, seed: int, progress: Progress, facts: Facts
) -> list[Examined]:
    await office.open_print_room()
    facts.kills.append(await enrol(office.country, world.on_record, seed, progress))
    fortnight = Fortnight(office, world, seed, progress, facts)
    await fortnight.run()
    facts.unknown_resolved = office.operator.looked_at
    return fortnight.examined


async def _look_back(office: Office, examined: Sequence[Examined], facts: Facts) -> None:
    evidence = audit.Evidence(
        files=await office.files(),
        notices=await office.administrator.notices(),
        books=await office.operator.books(),
        balance=await office.operator.balance(),
        trays=office.country.trays,
        casebook=office.casebook,
        examined=examined,
        zone=ZONE,
    )
    facts.checks += [
        *audit.dates(evidence, facts, ANNOUNCED, WOULD_HAVE_BEEN),
        *audit.people(evidence, facts),
        *audit.identities(evidence, facts),
        *audit.books(evidence, facts),
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


async def _replayed(plan: Path, facts: Facts) -> Check:
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
        (audit.day(notice.at, ZONE), operations.NoticeKind.Name(notice.kind))
        for notice in evidence.notices
    )
    facts.told = [Told(day, _KINDS[kind], count) for (day, kind), count in sorted(told.items())]
    first = next(iter(evidence.casebook.cases))
    facts.notices = [
        NoticeText(notice.at.ToDatetime(UTC).astimezone(ZONE), notice.text.id, notice.text.en)
        for notice in evidence.notices
        if notice.application_id == first
    ]
