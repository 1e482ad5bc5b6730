"""Measures a running country of services: one method a measurement."""

import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from functools import partial
from hashlib import sha256
from pathlib import Path
from statistics import median
from time import monotonic, process_time

import jwt
from harness.configuration import KID
from harness.country import Country
from harness.identities import NATIONAL, OFFICE, REGISTRY, Identity
from harness.office import Office
from harness.patient_calls import call_until_answered, run_concurrently
from harness.progress import Progress
from harness.world.drawn_portrait import portrait_photo
from harness.world.names import calendar_date, holder
from harness.world.population import Applicant
from harness.world.seeds import request_id, stream
from matcher.config import Settings
from passport.matcher.v1 import encounters_pb2 as encounters
from passport.matcher.v1 import identification_pb2 as identification
from passport.matcher.v1.encounters_pb2_grpc import EncountersStub
from passport.matcher.v1.identification_pb2_grpc import IdentificationStub
from passport.printer.v1 import jobs_pb2 as jobs
from passport.printer.v1.jobs_pb2_grpc import PrintJobsStub
from passport.type.v1 import biometrics_pb2 as biometrics

from benchmarks.machine_limits import CALLS_IN_FLIGHT
from benchmarks.measurement import Measurement

ISSUANCE = Identity(NATIONAL, "issuance")
SEED = 7
CALLS_PER_APPLICATION, FINGERS = 6, 2
_KILLS = 3

Samples = Sequence[biometrics.FingerSample]


class ServiceMeasurements:
    """Measurements of one running country."""

    def __init__(self, country: Country, progress: Progress) -> None:
        self._country = country
        self._progress = progress
        self._encounters = EncountersStub(country.clients.channel("matcher", REGISTRY))
        self._identification = IdentificationStub(country.clients.channel("matcher", ISSUANCE))

    async def enrolments(self, people: Sequence[Samples]) -> Measurement:
        """Measure enrolments of templates of two fingers each, without a search."""
        return await self._rate("enrolments", "people", [*map(self._enrolment, *_named(people))])

    async def imports(self, people: Sequence[Samples]) -> Measurement:
        """Measure the import of templates of two fingers each, in one stream."""
        requests = [
            encounters.ImportEncountersRequest(
                offset=offset, encounter_id=f"{key}-1", person_id=key, samples=samples
            )
            for offset, (key, samples) in enumerate(
                zip(*_named(people, "imported"), strict=True), start=1
            )
        ]

        async def run(add: Callable[[], None]) -> None:
            async for answer in self._encounters.ImportEncounters(iter(requests)):
                assert answer.result == encounters.IMPORT_RESULT_IMPORTED, answer
                add()

        return await self._counted("imports", "people", len(requests), run)

    async def images_enrolled(self, people: Sequence[Samples]) -> Measurement:
        """Measure enrolments of images of two fingers each; counted by image."""
        measured = await self._rate(
            "with-images", "people", [*map(self._enrolment, *_named(people, "with-images"))]
        )
        return Measurement("images enrolled", measured.value * FINGERS, "/s", measured.how)

    async def identifications(self, probes: Sequence[Samples]) -> tuple[Measurement, float, float]:
        """Measure searches with two fingers among all people.

        Returns also how many fingers a search prefilters and how many it compares.
        """
        answers: list[identification.Decision] = []

        async def search(key: str, samples: Samples) -> None:
            request = identification.IdentifyRequest(
                request_id=request_id(SEED, "search", key),
                probe=identification.FingerSource(
                    samples=identification.SampleSet(samples=samples)
                ),
            )
            answers.append(await call_until_answered(self._identification.Identify, request))

        searches = [partial(search, *one) for one in zip(*_named(probes), strict=True)]
        measured = await self._rate("identifications", "searches", searches)
        hits = sum(answer.outcome == identification.OUTCOME_HIT for answer in answers)
        people = answers[0].people_searched
        how = f"{measured.how}; {people:,} people, {hits} hits"
        prefiltered = min(people, Settings.model_fields["max_persons_prefiltered"].default)
        compared = sum(answer.people_compared for answer in answers) / len(answers)
        measured = Measurement(measured.name, measured.value, measured.unit, how)
        return measured, prefiltered * FINGERS, compared * FINGERS

    async def seconds_until_served_again(self) -> Measurement:
        """Measure how long a killed matcher takes to serve again, with all people enrolled."""
        seconds = [await self._country.kill_and_restart("matcher") for _ in range(_KILLS)]
        self._progress.say(
            f"    killed, serves again after {', '.join(f'{s:.1f} s' for s in seconds)}"
        )
        how = f"median of {_KILLS}, all people enrolled"
        return Measurement("matcher killed, serves again", median(seconds), "s", how)

    async def print_jobs(self, count: int) -> Measurement:
        """Measure print jobs accepted: signature checked, page made and verified."""
        stub = PrintJobsStub(self._country.clients.channel("printer", ISSUANCE))
        requests = [self._print_job(number) for number in range(count)]
        calls = [partial(call_until_answered, stub.CreatePrintJob, request) for request in requests]
        return await self._rate("print jobs accepted", "jobs", calls)

    async def applications(self, applicants: Sequence[Applicant]) -> Measurement:
        """Measure applications: six calls by counter and supervisor, with the search in between."""
        office, began = Office(self._country, SEED, []), monotonic()
        at_counter = await self._rate(
            "interviewed", "people", [partial(self._take_in, office, one) for one in applicants]
        )
        searching = monotonic()
        waiting = await office.waiting_for_matcher()
        with self._progress.counting("identified", waiting, "people") as count:
            await office.drain(count.add)
        approving = monotonic()
        approved = await office.supervisor.approve_all()
        ended = monotonic()
        how = (
            f"{approved} of {len(applicants)} in {ended - began:.1f} s: "
            f"counter {searching - began:.1f} s ({at_counter.how}), "
            f"then matcher {approving - searching:.1f} s, "
            f"then supervisor {ended - approving:.1f} s"
        )
        return Measurement("applications approved", approved / (ended - began), "/s", how)

    async def _take_in(self, office: Office, applicant: Applicant) -> None:
        case = await office.counter.take_in(applicant)
        office.ground_truth.add(case)
        await office.counter.interview(case)

    def _enrolment(self, key: str, samples: Samples) -> Callable[[], Awaitable[object]]:
        request = encounters.CreateEncounterRequest(
            request_id=request_id(SEED, "enrol", key),
            encounter_id=f"{key}-1",
            person_id=key,
            samples=samples,
        )
        return partial(call_until_answered, self._encounters.CreateEncounter, request)

    def _print_job(self, number: int) -> jobs.CreatePrintJobRequest:
        document, today = f"X{number:07d}", self._country.now.date()
        payload = jobs.PersonalisationData(
            document_number=document,
            document_code="P",
            issuing_state="IDN",
            holder=holder(stream(SEED, "printed", number)).message(),
            issued_on=calendar_date(today),
            expires_on=calendar_date(today.replace(year=today.year + 10)),
            issuing_office="Banjarmasin",
            portrait=portrait_photo(0),
        ).SerializeToString()
        claims = {
            "jti": request_id(SEED, "clearance", number),
            "application_id": f"application-{number}",
            "document_number": document,
            "payload_sha256": sha256(payload).hexdigest(),
            "office": OFFICE,
            "exp": int((self._country.now + timedelta(days=1)).timestamp()),
        }
        key = (self._country.layout.keys / f"{KID}.key").read_text()
        clearance = jwt.encode(claims, key, algorithm="EdDSA", headers={"kid": KID})
        return jobs.CreatePrintJobRequest(
            request_id=request_id(SEED, "job", number), clearance=clearance, payload=payload
        )

    async def _rate(
        self, name: str, unit: str, work: Sequence[Callable[[], Awaitable[object]]]
    ) -> Measurement:
        async def run(add: Callable[[], None]) -> None:
            async def one(piece: Callable[[], Awaitable[object]]) -> None:
                await piece()
                add()

            await run_concurrently(CALLS_IN_FLIGHT, [partial(one, piece) for piece in work])

        return await self._counted(name, unit, len(work), run)

    async def _counted(
        self,
        name: str,
        unit: str,
        total: int,
        run: Callable[[Callable[[], None]], Awaitable[None]],
    ) -> Measurement:
        """Measure what calls the function it is given once for each piece done."""
        before = self._processor_seconds()
        with self._progress.counting(name, total, unit) as count:
            await run(count.add)
            phase = count.phase()
        used = {who: now - before[who] for who, now in self._processor_seconds().items()}
        others = max(0.0, used.pop("others") / phase.seconds)
        each = {who: 1e3 * seconds / phase.count for who, seconds in used.items()}
        took = ", ".join(f"{who} {ms:.1f} ms" for who, ms in each.items() if ms >= 0.1)
        how = (
            f"{phase.count:,} {unit} in {phase.seconds:.1f} s; processor time each: {took}; "
            f"others kept {others:.1f} cores busy"
        )
        return Measurement(name, phase.rate, "/s", how)

    def _processor_seconds(self) -> dict[str, float]:
        """Return processor time by process; that of others shows how far to trust a measurement."""
        ours = {name: usage.cpu_seconds for name, usage in self._country.usage.items()}
        ours["client"] = process_time()
        return ours | {"others": _busy_seconds() - sum(ours.values())}


def keys(count: int, kind: str = "person") -> list[str]:
    """Return names of people of a kind, numbered."""
    return [f"{kind}-{number}" for number in range(count)]


def _named(people: Sequence[Samples], kind: str = "person") -> tuple[list[str], Sequence[Samples]]:
    return keys(len(people), kind), people


def _busy_seconds() -> float:
    """Return the busy time of all processors: proc(5) stat, less idle, iowait and guests."""
    user, nice, system, _, _, *interrupts = Path("/proc/stat").read_text().split()[1:9]
    return sum(map(int, (user, nice, system, *interrupts))) / os.sysconf("SC_CLK_TCK")
