"""Measures the throughput of one matcher over RPC: enrolments, imports, searches, images.

    python -m benchmarks.matcher_throughput [--out build/matcher-throughput] [--people 2000]
        [--images FOLDER]

Starts a matcher as a process of its own, with mutual TLS; the client shares the cores with it. What
is compared is measured in turn: on a busy machine ratios and processor times count.
"""

import argparse
import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import mean, median
from time import perf_counter, process_time

from harness.configuration import CountryOptions, Layout
from harness.country import Country
from harness.progress import Progress
from harness.world.fingers import ImageFileFingers, synthetic_image_fingers, template_fingers
from harness.world.seeds import request_id
from matcher.bootstrap import (
    StoreAndIndex,
    load_serving_models,
    make_search,
    open_store_and_index,
)
from matcher.config import Settings
from matcher.domain.decision import DecisionKind, DecisionRequest
from matcher.domain.finger_source import Probe
from matcher.domain.shortlist import SearchScope
from matcher.extraction.extractor import Extractor
from matcher.image.decode import decode
from matcher.image.quality import Nfiq2
from matcher.models import ModelBundle
from matcher.service.decode import finger_source
from matcher.use_cases.extract_fingers import AcceptanceLimits, ExtractFingers
from matcher.use_cases.resolve_probe import ResolveProbe
from matcher.use_cases.search import Search
from passport.matcher.v1 import identification_pb2 as identification
from passport.matcher.v1.identification_pb2_grpc import IdentificationStub

from benchmarks.service_measurements import (
    FINGERS,
    ISSUANCE,
    SEED,
    Samples,
    ServiceMeasurements,
    keys,
)

_SEARCHES, _IMAGE_PEOPLE = 40, 16


async def measure(out: Path, people: int, folder: Path | None, progress: Progress) -> None:
    """Measure everything, and print it."""
    images = await _images(folder)
    enrolled = [await template_fingers(SEED, key).samples(1) for key in keys(people)]
    probes = [await template_fingers(SEED, key).samples(2) for key in keys(_SEARCHES)]
    country = Country(Layout.fresh(out / "country"), CountryOptions())
    await country.migrate("matcher")
    await country.restart("matcher")
    try:
        measurements = ServiceMeasurements(country, progress)
        for measure_them in (measurements.enrolments, measurements.imports):
            measured = await measure_them(enrolled)
            progress.say(f"    {measured}: {measured.how}")
        await _searches(country, probes, progress)
        enrolments_of_images = await measurements.images_enrolled(images)
        _steps(images, progress)
        progress.say(f"    {enrolments_of_images}: {enrolments_of_images.how}")
    finally:
        await country.clients.close()
        await country.terminate("matcher")


async def _images(folder: Path | None) -> Sequence[Samples]:
    """Return two images each of many people: files of a folder of 500 dpi, or synthetic ones."""
    if folder is not None:
        files = sorted(folder.rglob("*.png"))  # noqa: ASYNC240  nothing else runs yet
        half = len(files) // FINGERS  # the files of a finger follow each other
        return [
            await ImageFileFingers(((one,), (other,)), 500).samples(1)
            for one, other in zip(files[:half], files[half:], strict=False)
        ][:_IMAGE_PEOPLE]
    with ProcessPoolExecutor(os.cpu_count()) as renderer:
        people = [
            synthetic_image_fingers(SEED, key, renderer=renderer, occasions=1)
            for key in keys(_IMAGE_PEOPLE, "with-images")
        ]
        for person in people:
            person.begin()
        return [await person.samples(1) for person in people]


async def _searches(country: Country, probes: Sequence[Samples], progress: Progress) -> None:
    """Compare Identify over RPC with the same search in this process, one after the other.

    That is told from the extracted probe on, and from the samples on, as a call begins.
    """
    stub = IdentificationStub(country.clients.channel("matcher", ISSUANCE))
    over_rpc, in_process, extraction = (list[tuple[float, float]]() for _ in range(3))
    async with _in_process(country) as (models, base, search):
        for number, samples in enumerate(probes):
            source = identification.FingerSource(samples=identification.SampleSet(samples=samples))
            usage, began = process_time(), perf_counter()
            probe = await _resolved(models, base, source)
            extraction.append((perf_counter() - began, process_time() - usage))
            request = identification.IdentifyRequest(
                request_id=request_id(SEED, "identify", number), probe=source
            )
            usage, began = country.usage["matcher"].cpu_seconds, perf_counter()
            decided = await stub.Identify(request, timeout=60.0)
            seconds = perf_counter() - began
            over_rpc.append((seconds, country.usage["matcher"].cpu_seconds - usage))
            usage, began = process_time(), perf_counter()
            asked = DecisionRequest(DecisionKind.IDENTIFY, "bench", f"{number}", 1e-3, 10)
            found = await search(asked, probe, SearchScope(), seconds_left=60.0)
            in_process.append((perf_counter() - began, process_time() - usage))
            assert len(decided.candidates) == len(found.candidates), "the searches differ"
    # That of another process is known to a hundredth of a second: of one search it says nothing.
    for name, which, of_all in (("by the clock", 0, median), ("processor time", 1, mean)):
        rpc, alone, extracting = (
            of_all(each[which] for each in some) for some in (over_rpc, in_process, extraction)
        )
        progress.say(
            f"    Identify over RPC, {name}: {1e3 * rpc:.1f} ms, the search in process "
            f"{1e3 * alone:.1f} ms, ratio {rpc / alone:.2f}; with the extraction of its probe "
            f"{1e3 * (alone + extracting):.1f} ms, ratio {rpc / (alone + extracting):.2f}"
        )


@asynccontextmanager
async def _in_process(country: Country) -> AsyncIterator[tuple[ModelBundle, StoreAndIndex, Search]]:
    settings = Settings.load(country.layout.config("matcher"), snapshot_file=None)
    models = (await load_serving_models(settings)).models
    models.warm_up()
    async with open_store_and_index(settings, models) as base:
        await base.index.catch_up()
        yield models, base, make_search(settings, base, models)


async def _resolved(
    models: ModelBundle, base: StoreAndIndex, source: identification.FingerSource
) -> Probe:
    extract = ExtractFingers(models, decode, AcceptanceLimits(0, 4), base.pool, store_images=False)
    resolve = ResolveProbe(base.store, extract, base.pool, models.embedding)
    return await resolve(finger_source(source, "probe"), "probe", scope=None)  # type: ignore[arg-type]


def _steps(people: Sequence[Samples], progress: Progress) -> None:
    """Print the processor time of the steps of an image, on one core."""
    images = [decode(each.image.data, each.image.ppi) for samples in people for each in samples]
    for name, step in (("NFIQ 2", Nfiq2()), ("LEADER", Extractor())):
        step(images[0])
        began = process_time()
        for image in images:
            step(image)
        seconds = (process_time() - began) / len(images)
        progress.say(f"    {name}: {1e3 * seconds:.0f} ms of a core an image")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    out = Path("build/matcher-throughput")
    parser.add_argument("--out", type=Path, default=out, help=f"folder; default {out}")
    parser.add_argument("--people", type=int, default=2_000, help="people enrolled; default 2000")
    parser.add_argument("--images", type=Path, help="folder of PNG images of 500 dpi")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    progress = Progress()
    progress.say(f"load {os.getloadavg()[0]:.1f}")
    asyncio.run(measure(given.out, given.people, given.images, progress))
    progress.say(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
