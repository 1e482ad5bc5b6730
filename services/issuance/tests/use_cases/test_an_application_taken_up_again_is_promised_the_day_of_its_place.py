"""A reopened application keeps its place, and is promised the day of that place."""

from datetime import date

from issuance.domain.outage import OutageScope

from .workflow import Workflow


async def _refused(workflow: Workflow) -> str:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.refuses(id)
    workflow.clock("2018-10-30 09:00")
    return id


async def test_the_day_promised_is_the_day_planned(one_book_a_day: Workflow) -> None:
    id = await _refused(one_book_a_day)
    for _ in range(4):
        await one_book_a_day.applies()
    await one_book_a_day.is_identified()

    await one_book_a_day.appeals(id)
    await one_book_a_day.plans()

    promised = (await one_book_a_day.notices(id))[-1]
    assert promised == ("promised_date", "2018-10-31")
    assert (await one_book_a_day.office_plan()).collection_dates()[id] == date(2018, 10, 31)


async def test_those_who_applied_before_still_go_first(one_book_a_day: Workflow) -> None:
    for _ in range(3):
        await one_book_a_day.applies()
    id = await _refused(one_book_a_day)

    await one_book_a_day.appeals(id)
    await one_book_a_day.plans()

    assert (await one_book_a_day.notices(id))[-1] == ("promised_date", "2018-11-05")


async def test_no_place_in_the_queue_is_used_up(one_book_a_day: Workflow) -> None:
    id = await _refused(one_book_a_day)
    before = (await one_book_a_day.case(id)).queue_number

    await one_book_a_day.appeals(id)
    newcomer = await one_book_a_day.applies()

    assert (before, (await one_book_a_day.case(id)).queue_number) == (1, 1)
    assert (await one_book_a_day.case(newcomer)).queue_number == 2


async def test_while_nobody_knows_the_end_of_an_outage_no_firm_day_is_promised(
    one_book_a_day: Workflow,
) -> None:
    id = await _refused(one_book_a_day)
    await one_book_a_day.declares(OutageScope.PRINTING, "BJM", began="2018-10-29 09:00")

    await one_book_a_day.appeals(id)

    case = await one_book_a_day.case(id)
    assert case.date_tentative
    assert str(case.promised_collection_date) == "2018-10-31"
