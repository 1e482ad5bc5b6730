"""How fast the services are over mutual TLS, as shares of limits measured in the same run.

    python -m benchmarks.services [--out build/bench] [--people 2000]

Starts a country of real processes, whose clients share the cores with it.
"""

import argparse
import asyncio
import json
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from datetime import datetime, time
from pathlib import Path

from harness.configuration import CountryOptions, Layout
from harness.country import Country
from harness.fortnight import ZONE
from harness.journey_office import BEGINNING, FIRST_MONDAY
from harness.progress import Progress
from harness.world.fingers import synthetic_image_fingers, template_fingers
from harness.world.population import a_person, applicant

from benchmarks import limits
from benchmarks.figures import Figure, Held, as_json, as_table, draw
from benchmarks.measures import CALLS_A_JOURNEY, SEED, Measures, keys

_PICTURED, _SEARCHES, _JOURNEYS, _JOBS = 12, 400, 160, 400
# So that nobody is sent to an examiner, and everybody is printed on the day.
_WISHES = CountryOptions(target_fpir=1e-6, books_per_machine_per_day=10_000)


async def measure(out: Path, people: int, progress: Progress) -> tuple[list[Held], list[Figure]]:
    """Every figure against its limits, and the limits."""
    progress.say("making fingers")
    with ProcessPoolExecutor(limits.CORES) as renderer:
        pictured = [
            await synthetic_image_fingers(SEED, key, renderer=renderer, occasions=1).samples(1)
            for key in keys(_PICTURED, "pictured")
        ]
    on_record = [await template_fingers(SEED, key).samples(1) for key in keys(people)]
    probes = [await template_fingers(SEED, key).samples(2) for key in keys(min(people, _SEARCHES))]
    comers = [applicant(a_person(SEED, key), FIRST_MONDAY) for key in keys(_JOURNEYS, "applicant")]
    progress.say("limits of this machine")
    commits, imports = limits.commits(out), limits.imports()
    prefilterings, comparisons = limits.comparisons()
    leader = limits.extractions([one.image.data for samples in pictured for one in samples])
    progress.say("a country starts")
    async with Country(Layout.fresh(out / "country"), _WISHES, BEGINNING) as country:
        measures = Measures(country, progress)
        calls = await limits.empty_calls(country)
        enrolments = await measures.enrolments(on_record)
        identifications, promised, compared = await measures.identifications(probes)
        again = await measures.seconds_until_served_again()
        images = await measures.images_enrolled(pictured)
        printing = await measures.print_jobs(_JOBS)
        country.set_clock(datetime.combine(FIRST_MONDAY, time(9), ZONE))
        journeys = await measures.journeys(comers)
    # A shared disk may flush fifty times slower a minute later.
    commits = min(commits, limits.commits(out), key=lambda figure: figure.value)
    held = [
        Held(enrolments, commits, 1),
        Held(enrolments, calls, 1),
        Held(identifications, prefilterings, promised),
        Held(identifications, comparisons, compared),
        Held(identifications, commits, 1),
        Held(identifications, calls, 1),
        Held(images, leader, 1),
        Held(again, imports, 1),
        Held(journeys, commits, CALLS_A_JOURNEY),
        Held(journeys, calls, CALLS_A_JOURNEY),
        Held(printing, commits, 1),
        Held(printing, calls, 1),
    ]
    return held, [commits, calls, prefilterings, comparisons, leader, imports]


def main() -> None:
    """Measure, print, write services.json, services.md and services.svg."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, default=Path("build/bench"))
    arguments.add_argument("--people", type=int, default=2_000)
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    progress, load = Progress(), os.getloadavg()
    held, found = asyncio.run(measure(given.out, given.people, progress))
    progress.say("shares of the limits")
    for one in held:
        progress.say(f"    {one}")
    machine = {"cores": limits.CORES, "load_before": load, "load_after": os.getloadavg()}
    results = {"machine": machine, "limits": [*map(asdict, found)], "held": as_json(held)}
    (given.out / "services.json").write_text(json.dumps(results, indent=1) + "\n")
    (given.out / "services.md").write_text(as_table(held, found))
    draw(held, given.out / "services.svg")


if __name__ == "__main__":
    main()
