"""An office is planned again when something happened there or time brings a change; else not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import pytest
from issuance.domain.office import Office
from issuance.domain.outage import OutageScope
from issuance.domain.states import ApplicationState
from issuance.use_cases.notify_and_release import NotifyAndRelease
from issuance.use_cases.office_lifecycle import add_office
from issuance.workers.office_planner import OfficePlanner

from .offices import a_new_office
from .recorded_workflow import VALIDITY
from .workflow import Workflow

PLANNED = ["BJM"]
NOTHING: list[str] = []


class PlannedOffices(NotifyAndRelease):
    """Makes the plans of the workflow, and remembers for which offices."""

    def __init__(self, workflow: Workflow) -> None:
        super().__init__(workflow.store, workflow.apply_transition, VALIDITY)
        self._offices: list[str] = []

    async def __call__(self, office: Office, now: datetime) -> None:
        self._offices.append(office.id)
        await super().__call__(office, now)

    def since_last_asked(self) -> list[str]:
        offices, self._offices = self._offices, []
        return offices


class Replicas:
    """The lock over all replicas: free, or another's. Remembers the keys asked for."""

    def __init__(self) -> None:
        self.free = True
        self.keys: list[int] = []

    @asynccontextmanager
    async def lock(self, key: int) -> AsyncIterator[bool]:
        self.keys.append(key)
        yield self.free


class Planning:
    """A planner that has made its first plans."""

    def __init__(self, workflow: Workflow) -> None:
        self.replicas = Replicas()
        self._made = PlannedOffices(workflow)
        self._planner = OfficePlanner(
            workflow.offices, workflow.store, self.replicas.lock, self._made, workflow
        )

    async def planned(self) -> list[str]:
        """The offices that the planner plans for now."""
        await self._planner()
        return self._made.since_last_asked()


@pytest.fixture
def planning(workflow: Workflow) -> Planning:
    return Planning(workflow)


async def test_every_office_is_planned_at_first_and_then_none(planning: Planning) -> None:
    assert await planning.planned() == ["BJM", "JKT"]
    assert await planning.planned() == NOTHING


async def test_each_step_of_a_complete_application_but_the_release(
    workflow: Workflow, planning: Planning
) -> None:
    await planning.planned()

    id = await workflow.applies()
    assert await planning.planned() == PLANNED
    await workflow.is_identified()
    assert await planning.planned() == PLANNED
    await workflow.approves(id)
    assert await planning.planned() == PLANNED
    assert await workflow.state(id) is ApplicationState.PRINTING
    assert await planning.planned() == NOTHING
    await workflow.job_is_done(id)
    assert await planning.planned() == PLANNED
    await workflow.hands_over(id)
    assert await planning.planned() == NOTHING


async def test_a_print_that_fails_leaves_its_book_of_today_to_another(
    one_book_a_day: Workflow,
) -> None:
    planning = Planning(one_book_a_day)
    first, second = [await one_book_a_day.applies() for _ in range(2)]
    await one_book_a_day.is_identified()
    for id in (first, second):
        await one_book_a_day.approves(id)
    await planning.planned()
    assert await one_book_a_day.state(first) is ApplicationState.PRINTING
    assert await one_book_a_day.state(second) is ApplicationState.APPROVED

    await one_book_a_day.fails(first)

    assert await planning.planned() == PLANNED
    assert await one_book_a_day.state(second) is ApplicationState.PRINTING
    assert await planning.planned() == NOTHING


async def test_no_step_of_the_intake_before_the_interview(
    workflow: Workflow, planning: Planning
) -> None:
    await planning.planned()

    await workflow.brings_documents()

    assert await planning.planned() == NOTHING


async def test_an_outage_declared_and_ended(workflow: Workflow, planning: Planning) -> None:
    await planning.planned()

    outage = await workflow.declares(OutageScope.PRINTING, "BJM")
    assert await planning.planned() == PLANNED
    await workflow.ends(outage)
    assert await planning.planned() == PLANNED


async def test_an_outage_of_the_matcher_is_every_offices(
    workflow: Workflow, planning: Planning
) -> None:
    await planning.planned()

    async with workflow.store.begin() as records:
        await workflow.outages.open_automatic(
            records, OutageScope.MATCHER, "", workflow.now_is, workflow.now_is
        )
    assert await planning.planned() == ["BJM", "JKT"]

    async with workflow.store.begin() as records:
        await workflow.outages.end_automatic(
            records, OutageScope.MATCHER, "", workflow.now_is, workflow.now_is
        )
    assert await planning.planned() == ["BJM", "JKT"]


async def test_other_machines(workflow: Workflow, planning: Planning) -> None:
    await planning.planned()

    await workflow.sets_machines(2)

    assert await planning.planned() == PLANNED


@pytest.mark.parametrize(
    ("instant", "planned"), [("2018-10-26 23:59", NOTHING), ("2018-10-27 00:00", ["BJM", "JKT"])]
)
async def test_a_new_day(
    workflow: Workflow, planning: Planning, instant: str, planned: list[str]
) -> None:
    workflow.clock("2018-10-26 16:00")
    await planning.planned()

    workflow.clock(instant)

    assert await planning.planned() == planned


@pytest.mark.parametrize(
    ("instant", "planned"), [("2018-10-29 07:59", NOTHING), ("2018-10-29 08:00", ["BJM", "JKT"])]
)
async def test_the_hour_at_which_offices_open(
    workflow: Workflow, planning: Planning, instant: str, planned: list[str]
) -> None:
    workflow.clock("2018-10-29 07:00")
    await planning.planned()

    workflow.clock(instant)

    assert await planning.planned() == planned


@pytest.mark.parametrize(
    ("instant", "planned"), [("2018-10-26 15:59", NOTHING), ("2018-10-26 16:00", ["BJM", "JKT"])]
)
async def test_the_hour_at_which_offices_close(
    workflow: Workflow, planning: Planning, instant: str, planned: list[str]
) -> None:
    await planning.planned()

    workflow.clock(instant)

    assert await planning.planned() == planned


@pytest.mark.parametrize(
    ("instant", "planned"), [("2018-10-26 10:59", NOTHING), ("2018-10-26 11:00", ["BJM", "JKT"])]
)
async def test_an_expected_end_that_passes(
    workflow: Workflow, planning: Planning, instant: str, planned: list[str]
) -> None:
    await workflow.declares(OutageScope.MATCHER, expected_end="2018-10-26 11:00")
    await planning.planned()

    workflow.clock(instant)

    assert await planning.planned() == planned


async def test_another_replicas_plan_is_left_to_it_and_looked_at_again(planning: Planning) -> None:
    planning.replicas.free = False
    assert await planning.planned() == NOTHING

    planning.replicas.free = True
    assert await planning.planned() == ["BJM", "JKT"]


async def test_each_office_has_a_lock_of_its_own_that_postgresql_accepts(
    workflow: Workflow,
) -> None:
    async with workflow.store.begin() as records:
        await records.offices.count_change()
        for number in range(30):
            await add_office(records, a_new_office(f"X{number}"), workflow.now_is)
    planning = Planning(workflow)

    await planning.planned()

    keys = planning.replicas.keys
    assert len(set(keys)) == 32
    assert all(-(2**63) <= key < 2**63 for key in keys)
