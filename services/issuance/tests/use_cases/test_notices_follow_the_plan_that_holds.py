"""Thousands of notices take a while; whoever comes late is notified of the plan as it is then."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from issuance.domain.outage import OutageScope
from issuance.store.records import Records, Store
from issuance.use_cases import notify_and_release
from issuance.use_cases.plan_office import OfficePlan, plan_office
from servicekit.storage.database import Database

from .workflow import Workflow


class ChangesAfterFirstTransaction(Store):
    """Something happens between the first transaction that writes and the second."""

    def __init__(self, database: Database, change: Callable[[], Awaitable[object]]) -> None:
        super().__init__(database, "one")
        self._change: Callable[[], Awaitable[object]] | None = change

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Records]:
        async with super().begin() as records:
            yield records
        if self._change is not None:
            change, self._change = self._change, None
            await change()


async def test_whoever_is_notified_after_a_correction_is_told_the_corrected_day(
    workflow: Workflow, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify_and_release, "NOTICES_PER_TRANSACTION", 1)
    first, second = [await workflow.applies() for _ in range(2)]
    await workflow.is_identified()
    outage = await workflow.declares(OutageScope.PRINTING, "BJM", expected_end="2018-11-09 12:00")

    await workflow.plans(
        ChangesAfterFirstTransaction(
            database,
            lambda: workflow.corrects_outage(outage, expected_end="2018-10-30 17:00"),
        )
    )

    assert await workflow.notices(first) == [
        ("promised_date", "2018-10-31"),
        ("date_changed", "2018-11-12"),
    ]
    assert await workflow.notices(second) == [("promised_date", "2018-10-31")]


async def test_nobody_is_notified_twice_by_the_two_plans(
    workflow: Workflow, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify_and_release, "NOTICES_PER_TRANSACTION", 1)
    ids = [await workflow.applies() for _ in range(3)]
    await workflow.is_identified()
    outage = await workflow.declares(OutageScope.PRINTING, "BJM", expected_end="2018-11-09 12:00")

    await workflow.plans(
        ChangesAfterFirstTransaction(
            database,
            lambda: workflow.corrects_outage(outage, expected_end="2018-11-01 17:00"),
        )
    )

    assert [(await workflow.notices(id))[1:] for id in ids] == [
        [("date_changed", "2018-11-12")],
        [("date_changed", "2018-11-02")],
        [("date_changed", "2018-11-02")],
    ]


async def test_no_plan_is_made_while_others_wait_to_write(
    workflow: Workflow, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify_and_release, "NOTICES_PER_TRANSACTION", 1)
    for _ in range(2):
        await workflow.applies()
    await workflow.is_identified()
    await workflow.declares(OutageScope.PRINTING, "BJM", expected_end="2018-11-09 12:00")
    planned_while_writing: list[bool] = []

    async def noted(records: Records, *given: Any) -> OfficePlan:
        planned_while_writing.append(records._writes)
        return await plan_office(records, *given)

    monkeypatch.setattr(notify_and_release, "plan_office", noted)
    await workflow.plans(ChangesAfterFirstTransaction(database, workflow.applies))

    assert planned_while_writing == [False, False]
