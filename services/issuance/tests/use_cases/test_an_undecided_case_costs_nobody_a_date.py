"""Somebody nobody decides about takes no book and no date from others, and is not told a new day
each morning."""

from issuance.domain.adjudication_referral import Candidate
from issuance.domain.collection_plan import PriorityClass
from issuance.domain.states import ApplicationState

from .workflow import Workflow

WORKING_DAYS = [
    "2018-10-29", "2018-10-30", "2018-10-31", "2018-11-01", "2018-11-02",
    "2018-11-05", "2018-11-06", "2018-11-07", "2018-11-08", "2018-11-09",
]  # fmt: skip


async def _ten_days(workflow: Workflow) -> None:
    """Plan as often as things may change in ten working days."""
    for day in WORKING_DAYS:
        for hour in ("00:00", "08:00", "12:00", "16:00"):
            workflow.clock(f"{day} {hour}")
            await workflow.plans()


async def test_ten_days_behind_one_who_is_not_approved(one_book_a_day: Workflow) -> None:
    undecided = await one_book_a_day.applies()
    one_book_a_day.clock("2018-10-26 17:00")
    behind = await one_book_a_day.applies()
    await one_book_a_day.is_identified()
    await one_book_a_day.approves(behind)
    one_book_a_day.clock("2018-10-29 08:00")
    await one_book_a_day.plans()
    await one_book_a_day.job_is_done(behind)

    await _ten_days(one_book_a_day)

    assert await one_book_a_day.notices(behind) == [("promised_date", "2018-10-31"), ("ready", "")]
    assert await one_book_a_day.notices(undecided) == [
        ("promised_date", "2018-10-31"),
        ("delayed", ""),
    ]


async def test_ten_days_with_the_examiners(one_book_a_day: Workflow) -> None:
    id = await one_book_a_day.applies()
    await one_book_a_day.is_identified(Candidate("somebody-else", 6.5))

    await _ten_days(one_book_a_day)

    assert await one_book_a_day.notices(id) == [("promised_date", "2018-10-31"), ("delayed", "")]
    reason = (await one_book_a_day.case(id)).date_change_reason
    assert reason is not None
    assert reason.en == "an examination that is not finished"


async def test_the_new_day_is_told_once_it_is_decided(one_book_a_day: Workflow) -> None:
    id = await one_book_a_day.applies()
    await one_book_a_day.is_identified()
    await _ten_days(one_book_a_day)
    one_book_a_day.clock("2018-11-12 07:00")
    await one_book_a_day.approves(id)

    await one_book_a_day.plans()

    assert await one_book_a_day.notices(id) == [
        ("promised_date", "2018-10-31"),
        ("delayed", ""),
        ("date_changed", "2018-11-12"),
    ]


async def test_ten_days_in_which_a_released_book_is_not_made(one_book_a_day: Workflow) -> None:
    id = await one_book_a_day.applies()
    await one_book_a_day.is_identified()
    await one_book_a_day.approves(id)
    await one_book_a_day.plans()
    assert await one_book_a_day.state(id) is ApplicationState.PRINTING

    await _ten_days(one_book_a_day)

    assert await one_book_a_day.notices(id) == [("promised_date", "2018-10-31"), ("delayed", "")]


async def test_a_change_is_told_at_most_once_a_working_day(one_book_a_day: Workflow) -> None:
    waiting = [await one_book_a_day.applies() for _ in range(4)][-1]
    await one_book_a_day.is_identified()
    before = await one_book_a_day.notices(waiting)
    for hour in ("10:00", "11:00", "12:00"):
        one_book_a_day.clock(f"2018-10-26 {hour}")
        await _an_emergency_comes(one_book_a_day)
        await one_book_a_day.plans()

    assert await one_book_a_day.notices(waiting) == [*before, ("date_changed", "2018-11-02")]

    one_book_a_day.clock("2018-10-29 07:59")
    await one_book_a_day.plans()
    assert len(await one_book_a_day.notices(waiting)) == len(before) + 1
    one_book_a_day.clock("2018-10-29 08:00")
    await one_book_a_day.plans()
    assert (await one_book_a_day.notices(waiting))[-1] == ("date_changed", "2018-11-07")


async def _an_emergency_comes(workflow: Workflow) -> None:
    await workflow.applies(priority_class=PriorityClass.EMERGENCY)
    await workflow.is_identified()
