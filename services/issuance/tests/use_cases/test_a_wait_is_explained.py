"""Who asks why an application waits is told whose turn it is and what would speed it up."""

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.outage import OutageScope
from issuance.domain.outbox_task_kind import OutboxTaskKind
from issuance.domain.print_job_event import JobOutcome, PrintJobEvent
from issuance.domain.waiting_on import ResponsibleParty

from .at_the_printer import CANCELLED
from .workflow import Workflow

SUPERVISOR, ADMINISTRATOR = ResponsibleParty.SUPERVISOR, ResponsibleParty.ADMINISTRATOR


async def _sped_up_by(workflow: Workflow, id: str) -> str:
    return (await workflow.explanation(id)).sped_up_by.en


async def _intervention(workflow: Workflow, id: str) -> tuple[ResponsibleParty, str, str]:
    """Who must act, what they do, and the outbox task that it is about."""
    found = (await workflow.explanation(id)).intervention
    assert found is not None
    return found.by.responsible_party, found.by.what.en, found.task


async def test_the_applicant_brings_a_photo(workflow: Workflow) -> None:
    id = await workflow.brings_documents(photographed=False)

    explanation = await workflow.explanation(id)

    assert explanation.sped_up_by.en == "the applicant brings a photo"
    assert explanation.sped_up_by.id == "pemohon membawa foto"
    assert (explanation.responsible_office, explanation.cases_before) == ("BJM", None)
    assert explanation.intervention is None


async def test_the_interview_completes_it(workflow: Workflow) -> None:
    id = await workflow.brings_documents()

    assert await _sped_up_by(workflow, id) == "the applicant comes to the interview"


async def test_nothing_speeds_up_an_identification(workflow: Workflow) -> None:
    await workflow.applies()
    id = await workflow.applies()

    explanation = await workflow.explanation(id)

    assert explanation.sped_up_by.en == "nothing: applicants are identified in their order"
    assert (explanation.responsible_office, explanation.cases_before) == ("national", 1)


async def test_examiners_decide(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified(Candidate("somebody-else", 12.0))

    explanation = await workflow.explanation(id)

    assert explanation.sped_up_by.en == "examiners decide its adjudication task"
    assert explanation.responsible_office == "BJM"


@pytest.mark.parametrize(
    ("now", "opening"),
    [
        ("2018-10-26 09:00", "Monday, 29 October 2018, 08:00 WITA"),
        ("2018-10-29 07:59", "Monday, 29 October 2018, 08:00 WITA"),
        ("2018-10-29 08:00", "Tuesday, 30 October 2018, 08:00 WITA"),
    ],
)
async def test_an_approval_keeps_the_printing_day(
    workflow: Workflow, now: str, opening: str
) -> None:
    id = await workflow.applies()
    await workflow.is_identified()

    workflow.clock(now)

    assert await _sped_up_by(workflow, id) == (
        f"the supervisor's approval before the office opens on {opening}: "
        "its printing day in the plan"
    )


async def test_an_approved_passport_has_its_turn(one_book_a_day: Workflow) -> None:
    ids = [await one_book_a_day.applies() for _ in range(3)]
    await one_book_a_day.is_identified()
    for id in ids:
        await one_book_a_day.approves(id)

    explanation = await one_book_a_day.explanation(ids[2])

    assert explanation.cases_before == 2
    assert explanation.sped_up_by.en == (
        "nothing: books are printed in their order, by the plan on Tuesday, 30 October 2018"
    )
    assert explanation.sped_up_by.id == (
        "tidak ada: buku dicetak menurut urutan, menurut rencana Selasa, 30 Oktober 2018"
    )


async def test_the_queue_of_another_office_does_not_count(workflow: Workflow) -> None:
    await workflow.applies(office="JKT")

    id = await workflow.applies()

    assert (await workflow.explanation(id)).cases_before == 0


async def test_an_outage_of_the_matcher_is_in_the_way(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.declares(OutageScope.MATCHER)

    explanation = await workflow.explanation(id)

    assert explanation.sped_up_by.en == "the end of the outage of the national matcher"
    assert explanation.sped_up_by.id == "berakhirnya gangguan sistem pencocokan nasional"
    assert explanation.cases_before == 0


async def test_an_outage_of_the_printer_is_in_the_way(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.approves(id)
    await workflow.declares(OutageScope.PRINTING, "BJM", expected_end="2018-10-29 10:30")

    assert await _sped_up_by(workflow, id) == (
        "the end of the outage of the office's printing, "
        "expected on Monday, 29 October 2018, 10:30 WITA"
    )
    workflow.clock("2018-10-29 10:30")
    assert await _sped_up_by(workflow, id) == "the end of the outage of the office's printing"


async def test_work_that_was_set_aside_waits_for_an_administrator(workflow: Workflow) -> None:
    id = await workflow.applies()
    (task,) = await workflow.leases(OutboxTaskKind.IDENTIFY)

    async with workflow.store.begin() as records:
        await records.stuck_work.refuse(task, workflow.real_now, "ENCOUNTER_EXISTS: taken")

    todo = "the cause of the work that was set aside is mended, and the work done again"
    assert await _intervention(workflow, id) == (ADMINISTRATOR, todo, task.id)
    assert await _sped_up_by(workflow, id) == todo


async def test_a_failed_print_waits_for_a_supervisor(workflow: Workflow) -> None:
    id = await workflow.applies()
    await workflow.is_identified()
    await workflow.is_released(id)
    printing = await workflow.explanation(id)

    await workflow.job_is_given_up(id)

    todo = "the approval to print again, after what went wrong at the printing office"
    assert printing.sped_up_by.en == "nothing: the book is being made"
    assert (printing.cases_before, printing.intervention) == (None, None)
    assert await _intervention(workflow, id) == (SUPERVISOR, todo, "")
    assert await _sped_up_by(workflow, id) == todo


async def test_a_print_job_that_does_not_fit_is_looked_at(workflow: Workflow) -> None:
    id = await workflow.applies()

    event = PrintJobEvent("token", "job", id, JobOutcome.DONE, "B0000001", CANCELLED)
    await workflow.hears(event)

    assert await workflow.open_print_jobs() == [("job", id)]
    assert await _intervention(workflow, id) == (
        SUPERVISOR,
        "a look, with the printing office, at a print job that does not fit its application",
        "",
    )


async def test_a_passport_that_is_ready_waits_for_its_holder(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()

    assert await _sped_up_by(workflow, id) == "the applicant collects the passport"


@pytest.mark.parametrize("end", ["hands_over", "refuses", "withdraws"])
async def test_nothing_is_waited_for_after_the_end(workflow: Workflow, end: str) -> None:
    id = await (workflow.becomes_ready() if end == "hands_over" else workflow.applies())
    if end == "refuses":
        await workflow.is_identified()

    await getattr(workflow, end)(id)

    explanation = await workflow.explanation(id)
    assert explanation.sped_up_by.en == "nothing: the application has ended and waits for nothing"
    assert (explanation.responsible_office, explanation.cases_before) == ("", None)
    assert explanation.intervention is None
