"""The demo: a country starts, lives through October 2018, and is checked from the outside."""

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from harness import report, summary
from harness.configuration import LEAST_QUALITY, Layout, Wishes
from harness.country import Country
from harness.enrolment import enrol
from harness.facts import Facts
from harness.fortnight import Fortnight, moment
from harness.lookback import look_back, replayed
from harness.office import Office
from harness.progress import Progress
from harness.roles.examiners import Examined
from harness.world.fingers import Fingers, Photographed
from harness.world.folder import Pair
from harness.world.population import World, create
from harness.world.sensor import take

BEFORE = moment(date(2018, 10, 25), 12)


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
            await look_back(office, examined, facts)
    facts.checks.append(await replayed(order.out / "plan.json", facts))
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
