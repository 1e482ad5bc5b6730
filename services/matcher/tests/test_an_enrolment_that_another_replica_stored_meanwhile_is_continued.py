"""Of two replicas that carry out one request at once, each answers what the first has stored."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import pytest_asyncio
from matcher.bootstrap import StoreAndIndex, make_search
from matcher.domain.encounter import EncounterStatus
from matcher.domain.enrolment import Enrolment
from matcher.domain.errors import EncounterExists
from matcher.domain.finger import Finger
from matcher.domain.request import SearchPolicy
from matcher.use_cases.enrol import Enrol, Enrolled
from matcher.use_cases.readiness import Readiness, ServiceLevel
from matcher.use_cases.resolve_probe import ResolveProbe
from matcher.use_cases.store_together import StoreTogether

from .models import models
from .store_and_index import NOW, enrolment, finger, opened, settings_of

CHECKED = enrolment(1, check=SearchPolicy(None, 10))


@pytest_asyncio.fixture
async def base(tmp_path: Path) -> AsyncIterator[StoreAndIndex]:
    async with opened(tmp_path) as base:
        yield base


async def _enrol_after(base: StoreAndIndex, folder: Path, stored_first: Enrolment) -> Enrolled:
    """Carry out a request, while whose image is processed another replica stores an encounter."""

    async def extract(*_: Any, **__: Any) -> tuple[Finger, ...]:
        async with base.store.write() as records:
            await records.encounters.add(stored_first, [finger(1)], EncounterStatus.PENDING, NOW)
        return (finger(1),)

    async def store_response(*_: object) -> None:
        """Nobody repeats the request."""

    examining: Any = extract
    clock: Any = SimpleNamespace(now=lambda: NOW)
    readiness = Readiness()
    await readiness.set_level(ServiceLevel.FULL)
    enrol = Enrol(
        base.store,
        StoreTogether(base.store),
        examining,
        ResolveProbe(base.store, examining, base.pool, models().embedding),
        make_search(settings_of(folder), base, models()),
        readiness,
        clock,
        0.001,
    )
    return await enrol(CHECKED, store_response, seconds_left=30)


async def test_it_is_searched_as_the_other_stored_it(base: StoreAndIndex, tmp_path: Path) -> None:
    enrolled = await _enrol_after(base, tmp_path, CHECKED)

    assert enrolled.encounter.encounter_id == CHECKED.encounter_id
    assert enrolled.encounter.added_by_change == 1
    assert enrolled.decision is not None
    assert [each.encounter_id for each in enrolled.decision.decision.probe] == ["encounter-1"]
    assert enrolled.decision.decision.people_searched == 0
    async with base.store.read() as records:
        assert (await records.changes.head()).number == 1


async def test_the_encounter_of_another_request_is_not_taken_for_its_own(
    base: StoreAndIndex, tmp_path: Path
) -> None:
    another = replace(CHECKED, origin=replace(CHECKED.origin, request_id="another"))

    with pytest.raises(EncounterExists):
        await _enrol_after(base, tmp_path, another)
