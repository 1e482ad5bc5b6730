"""An office for journey tests: its staff, its applicants, and days that pass by one call each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial
from itertools import count

from passport.issuance.v1 import applications_pb2 as pb
from passport.issuance.v1 import schedule_pb2

from harness import audit
from harness.country import Country
from harness.demo_facts import Check, Facts
from harness.fortnight import ZONE
from harness.office import Office, ReportProgress, no_progress
from harness.patient_calls import run_concurrently, wait_until
from harness.roles.counter import Case
from harness.roles.examiners import Examined
from harness.roles.merging_examiners import MergingExaminers
from harness.roles.registry import Registry
from harness.world.names import day_of
from harness.world.population import Applicant, Human, a_person, applicant, duplicate_applicant

READY = pb.APPLICATION_STATE_READY
FIRST_MONDAY = date(2018, 9, 17)
"""First of nine weeks without a public holiday."""
BEGINNING = datetime.combine(FIRST_MONDAY - timedelta(days=3), time(12), ZONE)
_CONCURRENT_CALLS = 8
_WITHIN_SECONDS = 30.0
_PRINT_SECONDS = 120.0


@dataclass(frozen=True, slots=True)
class NoticeSeen:
    """A notice as tests compare it: kind without prefix, and collection day if it names one."""

    kind: str
    collect_on: date | None


class JourneyOffice:
    """An office with its staff and applicants; each test begins at 8:00 on a Monday of its own."""

    def __init__(self, country: Country, seed: int) -> None:
        self.country = country
        self._seed = seed
        self._names = count(1)
        self._registry = Registry(country.clients, seed)
        self.merging_examiners = MergingExaminers(country.clients, seed)
        self.staff = Office(country, seed, [])

    @property
    def today(self) -> date:
        """The local date of the office."""
        return self.country.now.astimezone(ZONE).date()

    def clock(self, day: date, hour: int, minute: int = 0) -> None:
        """Move the business clock to an hour of a day."""
        self.country.set_clock(datetime.combine(day, time(hour, minute), ZONE))

    def next_monday(self) -> date:
        """Move the business clock to 8:00 on the next Monday; return that day."""
        day = self.today + timedelta(days=7 - self.today.weekday())
        self.clock(day, 8)
        return day

    def first_time_applicant(self) -> Applicant:
        """Return an applicant for a first passport whose fingers are not enrolled."""
        return applicant(a_person(self._seed, f"person-{next(self._names)}"), self.today)

    async def person_on_record(self) -> Human:
        """Enrol a new person's fingers with the matcher and return the person."""
        human = a_person(self._seed, f"person-{next(self._names)}", on_record=True)
        return await self._is_enrolled(human)

    async def person_with_fingers_of(self, human: Human) -> Human:
        """Enrol a new person, by mistake with the fingers of another, and return the person."""
        other = a_person(self._seed, f"person-{next(self._names)}", on_record=True)
        return await self._is_enrolled(replace(other, fingers=human.fingers))

    async def _is_enrolled(self, human: Human) -> Human:
        await self._registry.enrol(human)
        self.staff.ground_truth.add_person(human)
        return human

    def renewing(self, human: Human) -> Applicant:
        """Return a renewal by a person on record."""
        return applicant(human, self.today)

    def under_another_name(self, human: Human) -> Applicant:
        """Return a first application by a person on record, under another name."""
        return duplicate_applicant(self._seed, human, self.today)

    async def apply(self, *arrivals: Applicant) -> list[Case]:
        """Take the applicants from intake to the interview, within an hour of business time."""
        return await self.staff.take_in(arrivals, self.country.now + timedelta(hours=1))

    async def decide(self) -> list[Examined]:
        """Have all complete applications identified, adjudicated, and approved."""
        await self.staff.drain()
        examined, _ = await self.staff.decide()
        return examined

    async def print(self, *cases: Case, report_progress: ReportProgress = no_progress) -> None:
        """Wait until all their passports are ready; the operator checks every book."""
        waiting = set(range(len(cases)))

        async def ready() -> bool:
            await self.staff.operator.check_and_resolve()
            done = {n for n in waiting if (await self.file(cases[n])).state == READY}
            waiting.difference_update(done)
            report_progress(len(done))
            return not waiting

        await wait_until(ready, what="the passports are ready", within=_PRINT_SECONDS)

    async def collect(self, *cases: Case) -> list[pb.Application]:
        """Hand the passports over; the holders sign for them."""
        return await run_concurrently(
            _CONCURRENT_CALLS, [partial(self.staff.counter.hand_over, c) for c in cases]
        )

    async def file(self, case: Case) -> pb.Application:
        """Return the application as issuance shows it now."""
        return await self.staff.counter.look_up(case)

    async def encounters_of(self, human: Human) -> set[str]:
        """Return the ids of the encounters that the matcher has of a person on record."""
        return await self._registry.encounters_of(human.person_id or "")

    async def wait_for_encounters(self, human: Human, encounters: set[str]) -> None:
        """Wait until the matcher has these encounters of a person on record, and no others."""

        async def are_theirs() -> bool:
            return await self.encounters_of(human) == encounters

        await wait_until(are_theirs, what="encounters are moved", within=_WITHIN_SECONDS)

    async def notices_to(self, case: Case) -> list[NoticeSeen]:
        """Return the notices sent about a case, oldest first."""
        notices = await self.staff.administrator.notices(case.application_id)
        return [
            NoticeSeen(
                schedule_pb2.NoticeKind.Name(notice.kind).removeprefix("NOTICE_KIND_"),
                day_of(notice.collect_on) if notice.HasField("collect_on") else None,
            )
            for notice in notices
        ]

    async def wait_for_notice(self, case: Case, kind: str) -> None:
        """Wait until a notice of this kind is sent about the case."""

        async def sent() -> bool:
            return any(notice.kind == kind for notice in await self.notices_to(case))

        await wait_until(sent, what=f"a notice {kind} is sent", within=_WITHIN_SECONDS)

    async def failed_checks(self) -> Sequence[Check]:
        """Return the checks of books against machine ledgers, and of notices, that do not hold."""
        data = await audit.gather(self.staff, [], ZONE)
        facts = Facts(seed=self._seed, began=self.country.now)
        checks = [*audit.books(data, facts), *audit.notices(data)]
        return [check for check in checks if not check.holds]
