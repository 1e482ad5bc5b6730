"""Measures how fast the services are, as shares of limits measured in the same run.

    python -m benchmarks.service_speed [--out build/bench] [--people 2000]

Starts a country of real processes with mutual TLS; the clients share the cores with it.
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

from benchmarks import machine_limits
from benchmarks.measurement import Measurement, ShareOfLimit, as_json, as_markdown, draw_chart
from benchmarks.service_measurements import CALLS_PER_APPLICATION, SEED, ServiceMeasurements, keys

_IMAGE_PEOPLE, _SEARCHES, _APPLICATIONS, _JOBS = 12, 400, 160, 400
# So that no application goes to an examiner and all are printed on the day.
_OPTIONS = CountryOptions(target_fpir=1e-6, books_per_machine_per_day=10_000)


async def measure(
    out: Path, people: int, progress: Progress
) -> tuple[list[ShareOfLimit], list[Measurement]]:
    """Return each measurement as a share of its limits, and the limits."""
    progress.say("making fingers")
    with ProcessPoolExecutor(machine_limits.CORES) as renderer:
        with_images = [
            await synthetic_image_fingers(SEED, key, renderer=renderer, occasions=1).samples(1)
            for key in keys(_IMAGE_PEOPLE, "with-images")
        ]
    enrolled = [await template_fingers(SEED, key).samples(1) for key in keys(people)]
    probes = [await template_fingers(SEED, key).samples(2) for key in keys(min(people, _SEARCHES))]
    applicants = [
        applicant(a_person(SEED, key), FIRST_MONDAY) for key in keys(_APPLICATIONS, "applicant")
    ]
    progress.say("limits of this machine")
    commits, imports = machine_limits.commits(out), machine_limits.imports()
    prefilterings, comparisons = machine_limits.comparisons()
    leader = machine_limits.extractions(
        [each.image.data for samples in with_images for each in samples]
    )
    progress.say("a country starts")
    async with Country(Layout.fresh(out / "country"), _OPTIONS, BEGINNING) as country:
        measurements = ServiceMeasurements(country, progress)
        calls = await machine_limits.empty_calls(country)
        enrolments = await measurements.enrolments(enrolled)
        identifications, prefiltered, compared = await measurements.identifications(probes)
        restart = await measurements.seconds_until_served_again()
        images = await measurements.images_enrolled(with_images)
        printing = await measurements.print_jobs(_JOBS)
        country.set_clock(datetime.combine(FIRST_MONDAY, time(9), ZONE))
        applications = await measurements.applications(applicants)
    # A shared disk may flush fifty times slower a minute later.
    commits = min(commits, machine_limits.commits(out), key=lambda measured: measured.value)
    shares = [
        ShareOfLimit(enrolments, commits, 1),
        ShareOfLimit(enrolments, calls, 1),
        ShareOfLimit(identifications, prefilterings, prefiltered),
        ShareOfLimit(identifications, comparisons, compared),
        ShareOfLimit(identifications, commits, 1),
        ShareOfLimit(identifications, calls, 1),
        ShareOfLimit(images, leader, 1),
        ShareOfLimit(restart, imports, 1),
        ShareOfLimit(applications, commits, CALLS_PER_APPLICATION),
        ShareOfLimit(applications, calls, CALLS_PER_APPLICATION),
        ShareOfLimit(printing, commits, 1),
        ShareOfLimit(printing, calls, 1),
    ]
    return shares, [commits, calls, prefilterings, comparisons, leader, imports]


def main() -> None:
    """Measure, print, write services.json, services.md and services.svg."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument(
        "--out", type=Path, default=Path("build/bench"), help="folder; default build/bench"
    )
    arguments.add_argument(
        "--people", type=int, default=2_000, help="people enrolled; default 2000"
    )
    given = arguments.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    progress, load = Progress(), os.getloadavg()
    shares, limits = asyncio.run(measure(given.out, given.people, progress))
    progress.say("shares of the limits")
    for each in shares:
        progress.say(f"    {each}")
    machine = {"cores": machine_limits.CORES, "load_before": load, "load_after": os.getloadavg()}
    results = {
        "machine": machine,
        "limits": [*map(asdict, limits)],
        "shares_of_limits": as_json(shares),
    }
    (given.out / "services.json").write_text(json.dumps(results, indent=1) + "\n")
    (given.out / "services.md").write_text(as_markdown(shares, limits))
    draw_chart(shares, given.out / "services.svg")


if __name__ == "__main__":
    main()
