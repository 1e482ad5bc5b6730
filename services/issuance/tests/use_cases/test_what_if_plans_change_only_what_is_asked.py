"""A what-if plan takes the office as it is, but for the machines, days or people asked about."""

from datetime import date

import pytest
from issuance.domain.collection_plan import WaitingCase
from issuance.domain.collection_schedule import ScheduleRow
from issuance.domain.outage import OutageScope
from issuance.domain.states import ApplicationState
from issuance.use_cases.plan_conditions import PlanAssumptions
from issuance.use_cases.print_capacity import machines_on

from .workflow import Workflow

FRIDAY, MONDAY, TUESDAY = date(2018, 10, 26), date(2018, 10, 29), date(2018, 10, 30)
WEDNESDAY, THURSDAY = date(2018, 10, 31), date(2018, 11, 1)


async def _printing_from(workflow: Workflow, resumes: date | None = None) -> date | None:
    return (await workflow.office_plan(assumptions=PlanAssumptions(resumes))).printing_from()


async def test_a_fixed_day_takes_the_place_of_an_outage_that_lasts(workflow: Workflow) -> None:
    await workflow.declares(OutageScope.PRINTING, "BJM")
    workflow.clock("2018-10-26 12:00")

    assert await _printing_from(workflow) is None
    assert await _printing_from(workflow, WEDNESDAY) == WEDNESDAY


async def test_a_fixed_day_takes_the_place_of_an_end_that_is_only_expected(
    workflow: Workflow,
) -> None:
    await workflow.declares(OutageScope.PRINTING, "BJM", expected_end="2018-10-31 07:00")

    assert await _printing_from(workflow) == WEDNESDAY
    assert await _printing_from(workflow, TUESDAY) == TUESDAY
    assert await _printing_from(workflow, THURSDAY) == THURSDAY


async def test_a_fixed_day_undoes_no_outage_that_is_over(workflow: Workflow) -> None:
    workflow.clock("2018-10-26 08:00")
    outage = await workflow.declares(OutageScope.PRINTING, "BJM")
    workflow.clock("2018-10-26 15:00")
    await workflow.ends(outage)

    assert await _printing_from(workflow, FRIDAY) == MONDAY


async def test_without_an_outage_a_fixed_day_stops_printing_until_then(workflow: Workflow) -> None:
    assert await _printing_from(workflow) == FRIDAY
    assert await _printing_from(workflow, TUESDAY) == TUESDAY


async def _days(workflow: Workflow, machines: int | None, today: str) -> list[int]:
    """Books of the next three printing days."""
    workflow.clock(f"{today} 09:00")
    room = (await workflow.office_plan(assumptions=PlanAssumptions(machines=machines))).room
    return [books for _, books in room.days(date.fromisoformat(today), date(2018, 10, 31))][:3]


@pytest.mark.parametrize(
    ("today", "machines", "books"),
    [
        ("2018-10-26", None, [1, 3, 3]),
        ("2018-10-26", 2, [2, 2, 2]),
        ("2018-10-29", None, [3, 3, 3]),
        ("2018-10-29", 2, [2, 2, 2]),
        ("2018-10-30", 2, [2, 2]),
    ],
)
async def test_other_machines_print_from_today_on(
    one_book_a_day: Workflow, today: str, machines: int | None, books: list[int]
) -> None:
    await one_book_a_day.sets_machines(3, since="2018-10-29")

    assert await _days(one_book_a_day, machines, today) == books


@pytest.mark.parametrize(
    ("day", "count"), [("2018-10-25", 1), ("2018-10-28", 1), ("2018-10-29", 3), ("2018-10-30", 3)]
)
async def test_machines_are_at_work_from_their_day_on(
    one_book_a_day: Workflow, day: str, count: int
) -> None:
    await one_book_a_day.sets_machines(3, since="2018-10-29")

    async with one_book_a_day.store.read() as records:
        machines = await machines_on(
            records, one_book_a_day.offices["BJM"], date.fromisoformat(day)
        )
    assert machines.count == count


async def test_machines_set_again_for_a_day_replace_those_set_before(
    one_book_a_day: Workflow,
) -> None:
    await one_book_a_day.sets_machines(3, since="2018-10-29")
    await one_book_a_day.sets_machines(2, since="2018-10-29")

    async with one_book_a_day.store.read() as records:
        ours = await records.plans.machines("BJM")
        theirs = await records.plans.machines("JKT")
    assert [(machines.since, machines.count) for machines in ours] == [(FRIDAY, 1), (MONDAY, 2)]
    assert [(machines.since, machines.count) for machines in theirs] == [(FRIDAY, 1)]


async def test_people_still_to_come_queue_behind_those_who_wait(one_book_a_day: Workflow) -> None:
    id = await one_book_a_day.applies()
    await one_book_a_day.is_identified()
    await one_book_a_day.approves(id)
    newcomer = WaitingCase("newcomer", FRIDAY, MONDAY)

    plan = (
        await one_book_a_day.office_plan(assumptions=PlanAssumptions(arrivals=(newcomer,)))
    ).collections

    assert [(entry.id, entry.prints_on) for entry in plan.entries] == [
        (id, FRIDAY),
        ("newcomer", MONDAY),
    ]


async def test_the_schedule_shows_those_at_the_machines_and_those_whose_passport_is_ready(
    one_book_a_day: Workflow,
) -> None:
    ready, at_machines, waiting = [await one_book_a_day.applies() for _ in range(3)]
    await one_book_a_day.applies(office="JKT")
    await one_book_a_day.is_identified()
    await one_book_a_day.approves(ready)
    await one_book_a_day.plans()
    await one_book_a_day.job_is_done(ready)
    one_book_a_day.clock("2018-10-29 08:00")
    await one_book_a_day.approves(at_machines)
    await one_book_a_day.plans()
    assert await one_book_a_day.state(at_machines) is ApplicationState.PRINTING
    assert await one_book_a_day.state(waiting) is ApplicationState.AWAITING_APPROVAL

    async with one_book_a_day.store.read() as records:
        done = await records.case_counts.ready_to_collect("BJM")
    plan = await one_book_a_day.office_plan()

    assert done == [ScheduleRow(FRIDAY, WEDNESDAY, 1)]
    assert plan.schedule(done) == [ScheduleRow(FRIDAY, WEDNESDAY, 3)]


async def test_a_book_at_the_machines_is_delayed_by_its_print_room_not_by_the_matcher(
    workflow: Workflow,
) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    await workflow.plans()

    matcher = await workflow.declares(OutageScope.MATCHER)
    assert (await workflow.office_plan()).collection_dates() == {id: WEDNESDAY}
    await workflow.ends(matcher)

    await workflow.declares(OutageScope.PRINTING, "BJM")
    workflow.clock("2018-10-26 12:00")
    assert (await workflow.office_plan()).collection_dates() == {id: None}
