"""What an outage stops is recorded with it: a policy that is changed later rewrites no clock."""

from datetime import timedelta

import pytest_asyncio
from issuance.domain.activity import Activity
from issuance.domain.outage import OutageScope
from issuance.domain.outage_policy import DEFAULT_POLICY, OutagePolicy, OutageRule
from issuance.store.records import Store
from issuance.store.tables.outages import outages
from issuance.use_cases.outage_lifecycle import OutageLifecycle
from servicekit.storage.database import Database
from sqlalchemy import update

from .patient import PATIENT
from .workflow import Workflow

HOUR = timedelta(hours=1)
PRINTING_STOPS = OutagePolicy(
    tuple(
        OutageRule(scope, frozenset({Activity.IDENTIFICATION, Activity.PRINTING}))
        for scope in OutageScope
    )
)


class Approved(Workflow):
    """Who was approved at nine, and waits until noon while the matcher is out from ten on."""

    id: str
    outage: str

    async def waits(self) -> None:
        await self.opens()
        self.id = await self.applies()
        await self.is_identified()
        await self.approves(self.id)
        self.clock("2018-10-26 10:00")
        self.outage = await self.declares(OutageScope.MATCHER)
        self.clock("2018-10-26 12:00")

    def restarts_with(self, policy: OutagePolicy) -> None:
        """The service starts again with another policy file."""
        self.outages = OutageLifecycle(self.offices, self.new_id, policy)

    async def service_time(self) -> timedelta:
        return (await self.details(self.id)).clock.service_time


@pytest_asyncio.fixture
async def paused(database: Database) -> Approved:
    """The policy of the day stops printing without the matcher."""
    approved = Approved(Store(database, "one", PATIENT), policy=PRINTING_STOPS)
    await approved.waits()
    return approved


async def test_an_outage_that_lasts_stops_what_it_stopped(paused: Approved) -> None:
    paused.restarts_with(DEFAULT_POLICY)

    assert await paused.service_time() == 1 * HOUR
    assert (await paused.office_plan()).release_stopped


async def test_one_that_ends_later_pauses_the_same_clocks(paused: Approved) -> None:
    paused.restarts_with(DEFAULT_POLICY)

    await paused.ends(paused.outage)
    await paused.corrects_outage(paused.outage, began="2018-10-26 11:00")

    assert await paused.service_time() == 2 * HOUR


async def test_a_cause_that_is_corrected_has_the_policy_of_that_day(paused: Approved) -> None:
    paused.restarts_with(DEFAULT_POLICY)

    await paused.corrects_outage(paused.outage, cause="test")

    assert await paused.service_time() == 3 * HOUR
    async with paused.store.read() as records:
        changes = await records.outages.changes(await records.outages.get(paused.outage))
    assert [sorted(change.outage.stopped) for change in changes] == [
        ["identification", "printing"],
        ["identification"],
    ]


async def test_one_of_an_earlier_version_has_the_policy_of_the_next_start(
    database: Database,
) -> None:
    approved = Approved(Store(database, "one", PATIENT))
    await approved.waits()
    async with approved.store.begin() as records:
        await records.connection.execute(update(outages).values(stopped_by_policy=None))
    assert await approved.service_time() == 3 * HOUR

    for policy in (PRINTING_STOPS, DEFAULT_POLICY):
        async with approved.store.begin() as records:
            await records.outages.apply_policy(policy)

    assert await approved.service_time() == 1 * HOUR
