"""Today's books go to those who are approved, whoever waits before them for something else."""

from issuance.domain.states import ApplicationState

from .workflow import Workflow


async def test_an_old_case_without_approval_stops_no_approved_one(one_book_a_day: Workflow) -> None:
    old = await one_book_a_day.applies()
    approved = [await one_book_a_day.applies() for _ in range(2)]
    await one_book_a_day.is_identified()
    for id in approved:
        await one_book_a_day.approves(id)

    await one_book_a_day.plans()
    await one_book_a_day.plans()

    assert [await one_book_a_day.state(id) for id in (old, *approved)] == [
        ApplicationState.AWAITING_APPROVAL,
        ApplicationState.PRINTING,
        ApplicationState.APPROVED,
    ]


async def test_who_is_not_approved_by_opening_is_planned_from_the_next_day(
    one_book_a_day: Workflow,
) -> None:
    first, second = [await one_book_a_day.applies() for _ in range(2)]
    await one_book_a_day.is_identified()
    await one_book_a_day.approves(second)

    one_book_a_day.clock("2018-10-29 07:59")
    assert await _printing_days(one_book_a_day) == {first: 29, second: 30}

    one_book_a_day.clock("2018-10-29 08:00")
    assert await _printing_days(one_book_a_day) == {second: 29, first: 30}
    assert list((await one_book_a_day.office_plan()).due_for_release()) == [second]


async def _printing_days(workflow: Workflow) -> dict[str, int]:
    """Day of October on which each case is printed according to the plan."""
    entries = (await workflow.office_plan()).collections.entries
    return {entry.id: entry.prints_on.day for entry in entries if entry.prints_on}
