"""Whose contact was erased after a refusal gives one with the appeal, or is asked for it."""

from datetime import timedelta

import pytest
from issuance.domain.adjudication_referral import Candidate
from issuance.domain.adjudication_task import Verdict
from issuance.domain.contact import NO_CONTACT, Contact
from issuance.domain.events import ApplicationEvent
from issuance.domain.states import FINAL_STATES, ApplicationState
from issuance.domain.transitions import TRANSITIONS
from issuance.use_cases.erase_personal_data import ErasePersonalData
from servicekit.storage.database import Database

from .emergencies import is_found_a_duplicate
from .workflow import Workflow

MAIL, PHONE = Contact(email="siti@example.com"), Contact(phone="+6281234567890")
YEAR = timedelta(days=365)


async def _is_confirmed(workflow: Workflow) -> str:
    """Two examiners find that an applicant is somebody else."""
    id = await workflow.applies(contact=MAIL)
    await workflow.is_identified(Candidate("somebody-else", 9.0))
    (task,) = await workflow.tasks()
    for examiner in ("budi", "dewi"):
        await workflow.examines(task.id, examiner, Verdict.DUPLICATE)
    return id


async def _is_refused(workflow: Workflow) -> str:
    """A supervisor refuses an applicant."""
    id = await workflow.is_known(await workflow.applies(contact=MAIL))
    await workflow.refuses(id)
    return id


async def _months_pass(workflow: Workflow, database: Database) -> None:
    workflow.now_is += timedelta(days=70)
    month = timedelta(days=30)
    await ErasePersonalData(workflow.store, database, workflow, month, YEAR, YEAR)()


@pytest.mark.parametrize("refusal", [_is_confirmed, _is_refused])
@pytest.mark.parametrize("given", [NO_CONTACT, PHONE])
async def test_the_appeal_takes_a_contact_and_without_one_it_is_missing(
    workflow: Workflow, database: Database, refusal: object, given: Contact
) -> None:
    id = await refusal(workflow)  # type: ignore[operator]
    await _months_pass(workflow, database)
    erased = (await workflow.case(id)).contact
    ended = (await workflow.explanation(id)).contact_missing

    await workflow.appeals(id, contact=given)

    assert (erased, ended) == (NO_CONTACT, False)
    assert (await workflow.case(id)).contact == given
    assert (await workflow.explanation(id)).contact_missing is not bool(given)


async def test_the_holder_of_a_revoked_emergency_document_gives_one(
    emergencies: Workflow, database: Database
) -> None:
    id = await is_found_a_duplicate(emergencies)
    await _months_pass(emergencies, database)

    await emergencies.appeals(id, "rini")
    without = (await emergencies.explanation(id)).contact_missing
    again = await emergencies.case(id)

    assert (without, again.state) == (True, ApplicationState.HANDED_OVER)


async def test_a_contact_that_is_not_erased_yet_stays_unless_another_is_given(
    workflow: Workflow,
) -> None:
    stays, changes = await _is_refused(workflow), await _is_refused(workflow)

    await workflow.appeals(stays)
    await workflow.appeals(changes, contact=PHONE)

    assert (await workflow.case(stays)).contact == MAIL
    assert (await workflow.case(changes)).contact == PHONE


async def test_who_gave_none_from_the_beginning_is_asked_too(workflow: Workflow) -> None:
    without, with_one = await workflow.applies(), await workflow.applies(contact=MAIL)

    missing = [(await workflow.explanation(id)).contact_missing for id in (without, with_one)]

    assert missing == [True, False]


def test_nothing_but_an_appeal_takes_up_an_application_that_has_ended() -> None:
    taken_up = {
        row.event
        for row in TRANSITIONS
        if row.source in FINAL_STATES and row.target is not row.source
    }

    assert taken_up - {ApplicationEvent.CONFIRM_DUPLICATE} == {
        ApplicationEvent.REOPEN,
        ApplicationEvent.REOPEN_UNIDENTIFIED,
        ApplicationEvent.REEXAMINE,
        ApplicationEvent.REEXAMINE_HOLDER,
        ApplicationEvent.REVIEW_IDENTITY,
    }
