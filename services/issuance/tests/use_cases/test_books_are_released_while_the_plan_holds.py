"""Books go to the machines by a plan that still holds, and no more a day than the machines make."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime

from issuance.domain.outage import OutageScope
from issuance.domain.states import ApplicationState
from issuance.store.records import Records, Store
from issuance.use_cases.application_steps import withdraw
from issuance.use_cases.notify_and_release import PLANS_BEFORE_LOCKING
from servicekit.storage.database import Database

from .people import identity
from .workflow import Workflow


class ChangesAfterReading(Store):
    """Something happens between the reading that a plan is made from and what follows from it.

    times: how often, at the most. readings: how often a plan was made outside of the transactions
    that carry it out.
    """

    def __init__(
        self, database: Database, change: Callable[[], Awaitable[object]], times: int = 1
    ) -> None:
        super().__init__(database, "one")
        self._change, self._times = change, times
        self.readings = 0

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Records]:
        async with super().read() as records:
            yield records
        self.readings += 1
        if self.readings <= self._times:
            await self._change()


async def test_an_outage_declared_meanwhile_stops_the_release(
    workflow: Workflow, database: Database
) -> None:
    id = await _approved(workflow)

    await workflow.plans(
        ChangesAfterReading(database, lambda: workflow.declares(OutageScope.PRINTING, "BJM"))
    )

    assert await workflow.state(id) is ApplicationState.APPROVED


async def test_an_application_withdrawn_meanwhile_is_not_released(
    one_book_a_day: Workflow, database: Database
) -> None:
    first = await _approved(one_book_a_day)
    second = await _approved(one_book_a_day)

    await one_book_a_day.plans(
        ChangesAfterReading(database, lambda: one_book_a_day.withdraws(first))
    )

    assert await one_book_a_day.state(first) is ApplicationState.WITHDRAWN
    assert await one_book_a_day.state(second) is ApplicationState.PRINTING


class ChangesAfterComparing(Store):
    """Something happens once, after a plan was compared in the transaction that carries it out."""

    def __init__(self, database: Database, change: Callable[[Records], Awaitable[object]]) -> None:
        super().__init__(database, "one")
        self._changes = [change]

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Records]:
        async with super().begin() as records:
            progress = records.plans.progress

            async def compared(office: str) -> tuple[int, datetime]:
                found = await progress(office)
                if self._changes:
                    await self._changes.pop()(records)
                return found

            setattr(records.plans, "progress", compared)  # noqa: B010  for mypy
            yield records


async def test_one_withdrawn_after_the_plan_was_compared_keeps_no_other_back(
    workflow: Workflow, database: Database
) -> None:
    first, second = await _approved(workflow), await _approved(workflow)

    async def leaves(records: Records) -> None:
        case = await records.cases.get(first)
        officer = identity("siti", "officer")
        await withdraw(records, case, officer, workflow.now_is, workflow.apply_transition, "")

    await workflow.plans(ChangesAfterComparing(database, leaves))

    assert await workflow.state(first) is ApplicationState.WITHDRAWN
    assert await workflow.state(second) is ApplicationState.PRINTING


async def test_while_applications_come_in_all_the_time_books_are_released(
    workflow: Workflow, database: Database
) -> None:
    id = await _approved(workflow)
    store = ChangesAfterReading(database, workflow.applies, times=1000)

    await workflow.plans(store)

    assert await workflow.state(id) is ApplicationState.PRINTING
    assert store.readings == 1 + PLANS_BEFORE_LOCKING


async def test_nothing_meanwhile_lets_the_release_go_on(
    workflow: Workflow, database: Database
) -> None:
    id = await _approved(workflow)

    await workflow.plans()

    assert await workflow.state(id) is ApplicationState.PRINTING


async def test_a_book_collected_today_still_counts_as_printed_today(
    one_book_a_day: Workflow,
) -> None:
    first = await _approved(one_book_a_day)
    second = await _approved(one_book_a_day)
    await one_book_a_day.plans()
    await one_book_a_day.job_is_done(first)
    await one_book_a_day.hands_over(first)

    await one_book_a_day.plans()
    assert await one_book_a_day.state(second) is ApplicationState.APPROVED

    one_book_a_day.clock("2018-10-29 08:00")
    await one_book_a_day.plans()
    assert await one_book_a_day.state(second) is ApplicationState.PRINTING


async def test_a_book_approved_again_at_once_has_its_place_before_others(
    one_book_a_day: Workflow,
) -> None:
    first = await _approved(one_book_a_day)
    second = await _approved(one_book_a_day)
    await one_book_a_day.plans()
    await one_book_a_day.job_is_given_up(first)
    await one_book_a_day.approves(first)

    await one_book_a_day.plans()

    assert await one_book_a_day.state(first) is ApplicationState.PRINTING
    assert await one_book_a_day.state(second) is ApplicationState.APPROVED


async def test_what_another_office_prints_takes_nothing_of_ours(one_book_a_day: Workflow) -> None:
    theirs = await _approved(one_book_a_day, office="JKT")
    ours = await _approved(one_book_a_day)

    await one_book_a_day.plans(office="JKT")
    await one_book_a_day.plans()

    assert await one_book_a_day.state(theirs) is ApplicationState.PRINTING
    assert await one_book_a_day.state(ours) is ApplicationState.PRINTING


async def _approved(workflow: Workflow, office: str = "BJM") -> str:
    id = await workflow.applies(office=office)
    await workflow.is_identified()
    return await workflow.approves(id)
