"""The demo: start a country, run it through October 2018, audit it from the outside."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from harness import report, summary
from harness.configuration import MINIMUM_QUALITY, CountryOptions, Layout
from harness.country import Country
from harness.demo_facts import Facts
from harness.demo_results import audit_and_collect, check_replay
from harness.enrolment_with_kill import enrol
from harness.fortnight import Fortnight, moment
from harness.machine_breakdown import breakdown
from harness.office import Office
from harness.progress import Progress
from harness.roles.examiners import Examined
from harness.world.fingers import Fingers, ImageFileFingers
from harness.world.image_folder import Pair
from harness.world.population import World, create
from harness.world.sensor import capture_all

BEFORE = moment(date(2018, 10, 25), 12)


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """Options of a run. fingers: real ones, from the folder `images`; empty for synthetic ones."""

    seed: int
    out: Path
    fingers: Sequence[Pair] = ()
    images: str = ""


async def demo(options: DemoOptions) -> Facts:
    """Run the demo; write report and summary whatever was found."""
    progress = Progress()
    facts = Facts(seed=options.seed, images=options.images, began=datetime.now(UTC))
    with _workers() as workers:
        world = _world(options, workers, progress, facts)
        progress.say("the country starts: three services, four machines, mutual TLS")
        wishes = CountryOptions(faults=breakdown(options.seed))
        async with Country(Layout.fresh(options.out), wishes, BEFORE) as country:
            progress.say(f"they serve; logs are in {country.layout.logs}")
            office = Office(country, options.seed, world.on_record)
            examined = await _live(office, world, options.seed, progress, facts)
            await audit_and_collect(office, examined, facts)
    facts.checks.append(await check_replay(options.out / "plan.json", facts))
    facts.usage = country.usage
    facts.phases = progress.phases
    facts.wall_seconds = progress.seconds
    report.write(facts, options.out / "report.html")
    summary.write(facts, options.out / "summary.json")
    return facts


@contextmanager
def _workers() -> Iterator[Executor]:
    """Worker processes that render images; work not begun when the demo ends is dropped."""
    workers = ProcessPoolExecutor(2)
    try:
        yield workers
    finally:
        workers.shutdown(wait=True, cancel_futures=True)


def _world(options: DemoOptions, workers: Executor, progress: Progress, facts: Facts) -> World:
    taken = capture_all(options.fingers, MINIMUM_QUALITY, workers)
    if options.fingers:
        facts.recaptured = taken.refused
        progress.say(
            f"sensor: two fingers of {len(taken.people)} people; {taken.refused} prints were "
            f"refused (NFIQ 2 below {MINIMUM_QUALITY}) and taken again"
        )
    world = create(options.seed, workers, taken.people)
    facts.images_submitted = sum(2 for fingers in _occasions(world) if fingers.has_images)
    facts.real_images = sum(
        2 for fingers in _occasions(world) if isinstance(fingers, ImageFileFingers)
    )
    world.render()
    return world


def _occasions(world: World) -> list[Fingers]:
    """Return everybody's fingers, once for each capture."""
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
    facts.unknown_resolved = office.operator.outcomes_resolved
    return fortnight.examined
