"""Officers at work: the steps of theirs that are timed while everything is planned."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from statistics import quantiles
from time import monotonic, process_time

from issuance.domain.actor import Actor
from issuance.domain.application_type import ApplicationType
from issuance.domain.case import Case
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.finger_check import NOT_ASKED, FingerCheckPolicy, FingerCheckRule
from issuance.domain.office import Office
from issuance.domain.roles import Role
from issuance.domain.states import ApplicationState
from issuance.domain.validity import ValidityRule
from issuance.store.page_request import PageRequest
from issuance.store.records import Records, Store
from issuance.use_cases.application_steps import approve
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.create_application import NewApplication, create_application
from issuance.use_cases.document_numbers import DocumentNumbers
from issuance.use_cases.hand_over import PassportCollection, hand_over
from issuance.use_cases.record_interview import Interview, record_interview
from servicekit.process.clock import Clock

from benchmarks.plan_population import HOLDER

_PAUSE_BETWEEN_STEPS = 0.02
_UNCHECKED = FingerCheckPolicy(FingerCheckRule.OFF, {})
Step = Callable[[Records, Case], Awaitable[object]]


def _actor(user: str, role: Role) -> Actor:
    return Actor(f"spiffe://ID/office/OAA/user/{user}/role/{role}", role)


_OFFICER, _SUPERVISOR = _actor("siti", Role.OFFICER), _actor("agus", Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class Latency:
    """How long steps took, in seconds.

    p50, p99: by the clock, including all that other processes kept this one from. cpu_p50, cpu_p99:
    processor time of the whole process from beginning to end of a step, planning included: what
    the clock would show on a machine with nothing else to do, but for waiting for its disk.
    """

    p50: float
    p99: float
    cpu_p50: float
    cpu_p99: float

    @staticmethod
    def of(times: Sequence[tuple[float, float]]) -> "Latency":
        """Return the percentiles of times by the clock and of the processor."""
        cuts = [quantiles(each, n=100, method="inclusive") for each in zip(*times, strict=True)]
        (p50, p99), (cpu_p50, cpu_p99) = ((cut[49], cut[98]) for cut in cuts)
        return Latency(p50, p99, cpu_p50, cpu_p99)


@dataclass(frozen=True, slots=True)
class Officers:
    """Take steps with applications of all offices, one after the other."""

    store: Store
    offices: Mapping[str, Office]
    apply: ApplyTransition
    new_id: Callable[[], str]
    clock: Clock

    async def work(self, each: int) -> Latency:
        """Take so many steps of each kind in turn; return how long they took."""
        numbers = DocumentNumbers(partial(datetime.now, UTC))
        now, apply = self.clock.now(), self.apply

        async def interview(records: Records, case: Case) -> None:
            await record_interview(
                records, case, _OFFICER, now, Interview(), self.offices, ValidityRule(), apply
            )

        async def approval(records: Records, case: Case) -> None:
            await approve(records, case, _SUPERVISOR, now, numbers, apply)

        async def collection(records: Records, case: Case) -> None:
            collection = PassportCollection("the holder")
            await hand_over(records, case, _OFFICER, now, collection, _UNCHECKED, NOT_ASKED, apply)

        steps = [
            await self._with_cases(state, step, each)
            for state, step in [
                (ApplicationState.BIOMETRICS_TAKEN, interview),
                (ApplicationState.AWAITING_APPROVAL, approval),
                (ApplicationState.READY, collection),
            ]
        ]
        intake = [partial(self._take_in, office) for office in list(self.offices)[:each]]
        in_turn = chain.from_iterable(zip(intake, *steps, strict=False))
        return Latency.of([await _timed(step) for step in in_turn])

    async def _with_cases(
        self, state: ApplicationState, step: Step, most: int
    ) -> Sequence[Callable[[], Awaitable[None]]]:
        """Return a step with each of so many applications in a state."""
        async with self.store.read() as records:
            found = await records.cases.page(PageRequest(0, most), None, state)
        return [partial(self._take, step, case.id) for _, case in found]

    async def _take(self, step: Step, id: str) -> None:
        async with self.store.begin() as records:
            await step(records, await records.cases.get(id))

    async def _take_in(self, office: str) -> None:
        new = NewApplication(office, ApplicationType.NEW, PriorityClass.NORMAL, HOLDER, "")
        async with self.store.begin() as records:
            await create_application(records, new, _OFFICER, self.clock.now(), self.new_id)


async def _timed(step: Callable[[], Awaitable[None]]) -> tuple[float, float]:
    await asyncio.sleep(_PAUSE_BETWEEN_STEPS)
    began, cpu_began = monotonic(), process_time()
    await step()
    return monotonic() - began, process_time() - cpu_began
