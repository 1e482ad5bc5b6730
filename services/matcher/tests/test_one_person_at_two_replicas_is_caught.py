"""One person is enrolled and searched for at several replicas at once, in whatever order of steps:
of two enrolments the later finds the earlier, and a search finds what was acknowledged before it.

`make test-replicas` tries thousands of orders.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from matcher.bootstrap import StoreAndIndex
from matcher.domain.decision import Candidate, Decision, DecisionOutcome, DecisionRequest
from matcher.domain.finger import Finger
from matcher.domain.finger_source import Probe
from matcher.domain.request import SearchPolicy
from matcher.domain.shortlist import SearchScope
from matcher.store.store import Records
from matcher.use_cases.enrol import Enrol, Enrolled
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.store_together import StoreTogether
from servicekit.process.clock import SystemClock

from services.databases import SERVER

from .interleavings import Interleaving, interleaved
from .store_and_index import DEPTH, NOW, enrolment, features, finger, opened

pytestmark = pytest.mark.skipif(not SERVER, reason="a SQLite file belongs to one process")

REPLICAS, PERSON = 3, 1
PROMPT = SearchPolicy(target_fpir=None, max_candidates=10)


@dataclass(slots=True)
class Told:
    """What callers were told: the change of each enrolment, and whom it or a search has found."""

    changes: dict[str, int] = field(default_factory=dict)
    found: dict[str, set[str]] = field(default_factory=dict)
    missed: list[str] = field(default_factory=list)


class ShortlistedSearch:
    """Finds whom the index shortlists, uncompared: fingers of one person only are on record."""

    def __init__(self, base: StoreAndIndex) -> None:
        self._base = base
        self._features = features(PERSON)

    async def __call__(
        self, request: DecisionRequest, probe: Probe, scope: SearchScope, *, seconds_left: float
    ) -> Decision:
        found = await self._base.index.search(
            self._features, scope, DEPTH, seconds_left=seconds_left
        )
        return Decision(
            decision_id=uuid4().hex,
            request=request,
            probe=(),
            outcome=DecisionOutcome.HIT if found.persons else DecisionOutcome.NO_HIT,
            candidates=tuple(
                Candidate(str(each.person_id), 9.0, True, (), False) for each in found.persons
            ),
            threshold=4.0,
            people_searched=found.people_searched,
            people_compared=len(found.persons),
            model_version="model",
            calibration_version="calibration",
            change_token=found.change_token,
            decided_at=NOW,
        )


class Country:
    """Three replicas over one database, at each of which people enrol and are searched for."""

    def __init__(self, replicas: list[StoreAndIndex]) -> None:
        self.replicas = replicas
        self.current: list[Interleaving] = []
        self._searches: list[Any] = [ShortlistedSearch(each) for each in replicas]
        self._together = [StoreTogether(each.store) for each in replicas]
        self._finger = finger(PERSON)
        self._next = 0

    async def __call__(self, seed: int) -> tuple[Told, int]:
        """Let a few callers come at once; return what they were told, in how many steps."""
        told, interleaving = Told(), Interleaving(seed)
        chance = interleaving.random
        doing = [self._enrol(told, place) for place in chance.sample(range(REPLICAS), 2)]
        for _ in range(chance.randrange(3)):
            place = chance.randrange(REPLICAS)
            again = self._search if chance.random() < 0.5 else self._enrol
            doing.append(again(told, place))
        self.current.append(interleaving)
        await interleaving.run(*doing)
        self.current.clear()
        for name in told.changes:
            async with self.replicas[0].store.write() as records:
                await records.encounter_changes.delete(f"encounter-{name}")
        return told, interleaving.steps

    async def _enrol(self, told: Told, place: int) -> None:
        self._next += 1
        request = enrolment(self._next, check=PROMPT)
        extract: Any = self._extract
        unused: Any = None
        base, ready = self.replicas[place], Readiness()
        await ready.set_level(ServiceLevel.FULL)
        search, clock = self._searches[place], SystemClock()
        together = self._together[place]
        enrol = Enrol(
            base.store, together, extract, unused, search, ready, clock, target_fpir=0.001
        )
        before = set(told.found) & set(told.changes)
        enrolled = await enrol(request, _store_nothing, seconds_left=600)
        name = request.encounter_id.removeprefix("encounter-")
        assert enrolled.decision is not None
        found = {each.person_id for each in enrolled.decision.decision.candidates}
        told.changes[name] = enrolled.encounter.added_by_change
        told.found[name] = {str(each).removeprefix("person-") for each in found}
        told.missed += [f"{name} missed {each}" for each in before - told.found[name]]

    async def _search(self, told: Told, place: int) -> None:
        acknowledged = set(told.changes)
        found = await self.replicas[place].index.search(
            features(PERSON), SearchScope(), DEPTH, seconds_left=600
        )
        names = {str(each.person_id).removeprefix("person-") for each in found.persons}
        told.missed += [f"a search missed {each}" for each in acknowledged - names]

    async def _extract(self, *_: object, **_options: object) -> tuple[Finger, ...]:
        return (self._finger,)


async def _store_nothing(_records: Records, _enrolled: Enrolled) -> None: ...


@pytest.fixture
async def country(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Country]:
    async with AsyncExitStack() as stack:
        made = Country([await stack.enter_async_context(opened(tmp_path)) for _ in range(REPLICAS)])
        for replica in made.replicas:
            await replica.index.catch_up()
        interleaved(made.replicas, made.current, monkeypatch)
        yield made


async def _all_caught(country: Country, seeds: range) -> int:
    """Try an order for each seed; return how many steps they had together."""
    steps = 0
    for seed in seeds:
        async with asyncio.timeout(60):
            told, taken = await country(seed)
        steps += taken
        earlier: set[str] = set()
        for name, _ in sorted(told.changes.items(), key=lambda each: each[1]):
            assert told.found[name] == earlier, f"seed {seed}"
            earlier.add(name)
        assert told.missed == [], f"seed {seed}"
    return steps


async def test_in_dozens_of_orders(country: Country) -> None:
    await _all_caught(country, range(40))


@pytest.mark.slow
@pytest.mark.timeout(3600)
async def test_in_thousands_of_orders(country: Country) -> None:
    steps = await _all_caught(country, range(1_000, 3_000))

    print(f"2,000 orders of {steps:,} steps: of two enrolments the later always found the earlier")
