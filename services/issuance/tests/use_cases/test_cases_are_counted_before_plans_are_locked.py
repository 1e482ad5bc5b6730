"""The count over the history, which takes long, keeps nobody from the plans of the offices."""

from collections.abc import Awaitable, Callable, Collection

import pytest
from issuance.domain.outage import Outage, OutageScope
from issuance.store.outage_records import OutageRecords
from issuance.store.plan_records import PlanRecords

from .workflow import Workflow


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """In which order cases were counted and plans locked."""
    noted: list[str] = []
    count_cases, count_change = OutageRecords.count_cases, PlanRecords.count_change

    async def count(self: OutageRecords, outage: Outage) -> int:
        noted.append("count")
        return await count_cases(self, outage)

    async def lock(self: PlanRecords, offices: Collection[str]) -> None:
        noted.append("lock")
        await count_change(self, offices)

    monkeypatch.setattr(OutageRecords, "count_cases", count)
    monkeypatch.setattr(PlanRecords, "count_change", lock)
    return noted


async def _declares_one_that_lasts(workflow: Workflow) -> None:
    await workflow.declares(OutageScope.MATCHER)


async def _declares_one_that_is_over(workflow: Workflow) -> None:
    await workflow.declares(OutageScope.MATCHER, began="2018-10-26 08:00", ended="2018-10-26 09:00")


async def _watcher_opens_one(workflow: Workflow) -> None:
    async with workflow.store.begin() as records:
        await workflow.outages.open_automatic(
            records, OutageScope.MATCHER, "", workflow.now_is, workflow.now_is
        )


@pytest.mark.parametrize(
    "open_outage", [_declares_one_that_lasts, _declares_one_that_is_over, _watcher_opens_one]
)
async def test_when_one_opens(
    workflow: Workflow, steps: list[str], open_outage: Callable[[Workflow], Awaitable[None]]
) -> None:
    await open_outage(workflow)

    assert steps[-1] == "lock"


async def test_when_one_is_corrected(workflow: Workflow, steps: list[str]) -> None:
    outage = await workflow.declares(OutageScope.MATCHER)
    workflow.clock("2018-10-26 11:00")
    steps.clear()

    await workflow.corrects_outage(outage, began="2018-10-26 10:00")

    assert (steps.count("lock"), steps[-1]) == (1, "lock")


async def test_when_one_ends(workflow: Workflow, steps: list[str]) -> None:
    outage = await workflow.declares(OutageScope.MATCHER)
    workflow.clock("2018-10-26 11:00")
    steps.clear()

    await workflow.ends(outage)

    assert (steps.count("lock"), steps[-1]) == (1, "lock")
