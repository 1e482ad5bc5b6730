import pytest
from issuance.domain.case_errors import AtThePrinter
from issuance.domain.states import ApplicationState

from .people import HOLDER, identity
from .workflow import Workflow


async def _is_at_the_printer(workflow: Workflow) -> str:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.is_released(id)
    await workflow.job_is_taken(id, "job-1")
    return id


async def test_the_officer_is_told_to_have_the_job_cancelled_first(workflow: Workflow) -> None:
    id = await _is_at_the_printer(workflow)

    with pytest.raises(AtThePrinter, match="CancelPrintJob") as refusal:
        await workflow.corrects(id, HOLDER, identity("siti", "officer"))

    assert refusal.value.metadata == {"job_id": "job-1"}
    assert (await workflow.history(id))[-1].event != "correct_data"


async def test_nor_is_the_application_withdrawn(workflow: Workflow) -> None:
    id = await _is_at_the_printer(workflow)

    with pytest.raises(AtThePrinter):
        await workflow.withdraws(id)


async def test_once_the_job_is_cancelled_they_are(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.is_released(id)
    await workflow.job_is_given_up(id)

    await workflow.corrects(id, HOLDER, identity("siti", "officer"))

    assert await workflow.state(id) is ApplicationState.AWAITING_APPROVAL
    assert (await workflow.history(id))[-1].event == "correct_data"
