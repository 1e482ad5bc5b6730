"""Every case whose turn has come is released in one plan, whatever the size of a transaction."""

from issuance.domain.states import ApplicationState

from .workflow import Workflow


async def test_more_than_one_transaction_of_them(workflow: Workflow) -> None:
    ids = [await workflow.applies() for _ in range(60)]
    await workflow.is_identified()
    for id in ids:
        await workflow.approves(id)

    await workflow.plans()

    assert {await workflow.state(id) for id in ids} == {ApplicationState.PRINTING}


async def test_a_number_is_kept_when_the_passport_is_printed_again(
    one_book_a_day: Workflow,
) -> None:
    id = await one_book_a_day.applies()
    await one_book_a_day.is_identified()
    await one_book_a_day.approves(id)
    await one_book_a_day.plans()
    number = (await one_book_a_day.case(id)).document_number

    await one_book_a_day.job_is_given_up(id)
    await one_book_a_day.approves(id)
    await one_book_a_day.plans()

    case = await one_book_a_day.case(id)
    assert (case.document_number, case.print_job) == (number, "")
    assert case.state is ApplicationState.PRINTING
