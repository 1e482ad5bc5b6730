"""What is measured of a running country: one method a figure."""

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

from benchmarks.figures import Figure
from benchmarks.limits import AT_ONCE

ISSUANCE = Identity(NATIONAL, "issuance")
SEED = 7
CALLS_A_JOURNEY, FINGERS = 6, 2
_KILLS = 3

Samples = Sequence[biometrics.FingerSample]


class Measures:
    """Measures one country."""

    def __init__(self, country: Country, progress: Progress) -> None:
        self._country = country
        self._progress = progress
        self._encounters = EncountersStub(country.clients.channel("matcher", REGISTRY))
        self._identification = IdentificationStub(country.clients.channel("matcher", ISSUANCE))

    async def enrolments(self, people: Sequence[Samples]) -> Figure:
        """Templates of two fingers each, stored without a search."""
        return await self._rate("enrolments", "people", [*map(self._enrolling, *_named(people))])

    async def images_enrolled(self, people: Sequence[Samples]) -> Figure:
        """Images of two fingers each; counted by image."""
        figure = await self._rate(
            "pictured", "people", [*map(self._enrolling, *_named(people, "pictured"))]
        )
        return Figure("images enrolled", figure.value * FINGERS, "/s", figure.how)

    async def identifications(self, probes: Sequence[Samples]) -> tuple[Figure, float, float]:
        """Two fingers against all; and how many fingers a search looks at, and compares."""
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
        figure = await self._rate("identifications", "searches", searches)
        hits = sum(answer.outcome == identification.OUTCOME_HIT for answer in answers)
        people = answers[0].people_searched
        how = f"{figure.how}; {people:,} people, {hits} hits"
        promised = min(people, Settings.model_fields["max_persons_prefiltered"].default)
        compared = sum(answer.people_compared for answer in answers) / len(answers)
        figure = Figure(figure.name, figure.value, figure.unit, how)
        return figure, promised * FINGERS, compared * FINGERS

    async def seconds_until_served_again(self) -> Figure:
        """`kill -9` of the matcher with everybody on record."""
        seconds = [await self._country.kill_and_restart("matcher") for _ in range(_KILLS)]
        self._progress.say(f"    killed and back after {', '.join(f'{s:.1f} s' for s in seconds)}")
        how = f"median of {_KILLS}, everybody on record"
        return Figure("matcher killed, serves again", median(seconds), "s", how)

    async def print_jobs(self, count: int) -> Figure:
        """Jobs taken by the printer service: signature checked, page made and read back."""
        stub = PrintJobsStub(self._country.clients.channel("printer", ISSUANCE))
        requests = [self._print_job(number) for number in range(count)]
        taking = [
            partial(call_until_answered, stub.CreatePrintJob, request) for request in requests
        ]
        return await self._rate("print jobs taken", "jobs", taking)

    async def journeys(self, comers: Sequence[Applicant]) -> Figure:
        """Six calls at the counter and by the supervisor, with the search in between."""
        office, began = Office(self._country, SEED, []), monotonic()
        taken = await self._rate(
            "taken in", "people", [partial(self._take_in, office, one) for one in comers]
        )
        waited = monotonic()
        waiting = await office.waiting_for_matcher()
        with self._progress.counting("identified", waiting, "people") as count:
            await office.drain(count.add)
        approving = monotonic()
        approved = await office.supervisor.approve_all()
        ended = monotonic()
        how = (
            f"{approved} of {len(comers)} in {ended - began:.1f} s: counter {waited - began:.1f} s "
            f"({taken.how}), then matcher {approving - waited:.1f} s, "
            f"then supervisor {ended - approving:.1f} s"
        )
        return Figure("applications approved", approved / (ended - began), "/s", how)

    async def _take_in(self, office: Office, comer: Applicant) -> None:
        case = await office.counter.take_in(comer)
        office.ground_truth.add(case)
        await office.counter.interview(case)

    def _enrolling(self, key: str, samples: Samples) -> Callable[[], Awaitable[object]]:
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
    ) -> Figure:
        before = self._processor_seconds()
        with self._progress.counting(name, len(work), unit) as count:

            async def one(piece: Callable[[], Awaitable[object]]) -> None:
                await piece()
                count.add()

            await run_concurrently(AT_ONCE, [partial(one, piece) for piece in work])
            phase = count.phase()
        used = {who: now - before[who] for who, now in self._processor_seconds().items()}
        others = max(0.0, used.pop("others") / phase.seconds)
        each = {who: 1e3 * seconds / phase.count for who, seconds in used.items()}
        took = ", ".join(f"{who} {ms:.1f} ms" for who, ms in each.items() if ms >= 0.1)
        how = (
            f"{phase.count:,} {unit} in {phase.seconds:.1f} s; processor time each: {took}; "
            f"others kept {others:.1f} cores busy"
        )
        return Figure(name, phase.rate, "/s", how)

    def _processor_seconds(self) -> dict[str, float]:
        """By process; what others take of a shared machine says how far to trust a figure."""
        ours = {name: usage.cpu_seconds for name, usage in self._country.usage.items()}
        ours["client"] = process_time()
        return ours | {"others": _busy_seconds() - sum(ours.values())}


def keys(count: int, kind: str = "person") -> list[str]:
    """Names of people or things of a kind."""
    return [f"{kind}-{number}" for number in range(count)]


def _named(people: Sequence[Samples], kind: str = "person") -> tuple[list[str], Sequence[Samples]]:
    return keys(len(people), kind), people


def _busy_seconds() -> float:
    """Of all processors since they started: proc(5) stat, less idle, iowait and guests."""
    user, nice, system, _, _, *interrupts = Path("/proc/stat").read_text().split()[1:9]
    return sum(map(int, (user, nice, system, *interrupts))) / os.sysconf("SC_CLK_TCK")
