"""The day promised at the interview is the third working day, or later when the queue is longer."""

from issuance.domain.collection_plan import PriorityClass

from .workflow import Workflow


async def test_a_long_queue_promises_later_days(one_book_a_day: Workflow) -> None:
    ids = [await one_book_a_day.applies() for _ in range(6)]

    promised = [(await one_book_a_day.notices(id)) for id in ids]

    assert promised == [
        [("promised_date", "2018-10-31")],
        [("promised_date", "2018-10-31")],
        [("promised_date", "2018-10-31")],
        [("promised_date", "2018-11-01")],
        [("promised_date", "2018-11-02")],
        [("promised_date", "2018-11-05")],
    ]


async def test_an_emergency_is_promised_the_day_of_its_own_place(one_book_a_day: Workflow) -> None:
    for _ in range(6):
        await one_book_a_day.applies()

    id = await one_book_a_day.applies(priority_class=PriorityClass.EMERGENCY)

    assert await one_book_a_day.notices(id) == [("promised_date", "2018-10-31")]


async def test_another_office_has_a_queue_of_its_own(one_book_a_day: Workflow) -> None:
    for _ in range(6):
        await one_book_a_day.applies()

    id = await one_book_a_day.applies(office="JKT")

    assert await one_book_a_day.notices(id) == [("promised_date", "2018-10-31")]
