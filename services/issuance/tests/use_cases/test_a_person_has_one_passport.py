"""A person has at most one open application and one valid document."""

from dataclasses import replace
from datetime import date

import pytest
from issuance.domain.application_type import ApplicationType
from issuance.domain.case_errors import ApplicationOpen, PersonRequired
from issuance.domain.document import (
    DocumentNotFound,
    DocumentNotInUse,
    DocumentOfAnotherPerson,
    DocumentStatus,
    LossNotReported,
)
from issuance.domain.states import ApplicationState
from sqlalchemy.exc import IntegrityError

from .workflow import Workflow

RENEWAL, LOST = ApplicationType.RENEWAL, ApplicationType.REPLACEMENT_LOST


async def test_a_renewal_and_a_replacement_at_the_same_time_are_one_too_many(
    workflow: Workflow,
) -> None:
    renewal = await workflow.brings_documents(type=RENEWAL, person_id="ani")

    with pytest.raises(ApplicationOpen) as refusal:
        await workflow.brings_documents(type=LOST, person_id="ani")
    await workflow.withdraws(renewal)
    await workflow.brings_documents(type=LOST, person_id="ani")

    assert refusal.value.metadata == {"application_id": renewal}


async def test_the_other_application_is_named_only_to_whom_it_concerns(
    workflow: Workflow,
) -> None:
    await workflow.brings_documents(type=RENEWAL, person_id="ani", office="JKT")

    with pytest.raises(ApplicationOpen) as refusal:
        await workflow.brings_documents(type=RENEWAL, person_id="ani")

    assert refusal.value.metadata == {}


async def test_the_database_refuses_a_second_open_application(workflow: Workflow) -> None:
    id = await workflow.brings_documents(type=RENEWAL, person_id="ani")
    case = await workflow.case(id)

    async with workflow.store.begin() as records:
        with pytest.raises(ApplicationOpen):
            await records.cases.add(replace(case, id="another", reference="another"))


async def test_the_earlier_document_is_revoked_when_the_new_one_is_handed_over(
    workflow: Workflow,
) -> None:
    first = await workflow.becomes_ready()
    person = (await workflow.case(first)).person_id
    made = await workflow.documents(person)
    await workflow.hands_over(first)
    second = await workflow.becomes_ready(type=RENEWAL, person_id=person)

    before = await workflow.documents(person)
    await workflow.hands_over(second)

    assert made == [(first, "made")]
    assert before == [(first, "valid"), (second, "made")]
    assert await workflow.documents(person) == [(first, "revoked"), (second, "valid")]


async def test_the_database_refuses_a_second_valid_document(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    await workflow.hands_over(id)
    case = await workflow.case(id)

    async with workflow.store.begin() as records:
        document = await records.documents.get(case.document_number)
        with pytest.raises(IntegrityError):
            await records.documents.add(replace(document, number="X00000000"))


async def test_a_document_is_valid_for_ten_years(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    await workflow.hands_over(id)

    async with workflow.store.read() as records:
        document = await records.documents.get((await workflow.case(id)).document_number)

    assert (document.issued_on, document.expires_on) == (date(2018, 10, 26), date(2028, 10, 26))
    assert document.status_on(date(2028, 10, 26)) is DocumentStatus.VALID
    assert document.status_on(date(2028, 10, 27)) is DocumentStatus.EXPIRED


async def test_a_lost_document_is_reported_before_it_is_replaced(workflow: Workflow) -> None:
    first = await workflow.becomes_ready()
    await workflow.hands_over(first)
    case = await workflow.case(first)

    with pytest.raises(LossNotReported) as refusal:
        await workflow.applies(type=LOST, person_id=case.person_id)
    reported = await workflow.reports_lost(case.document_number)
    second = await workflow.becomes_ready(type=LOST, document_number=case.document_number)
    await workflow.hands_over(second)

    assert refusal.value.metadata == {"document_number": case.document_number}
    assert (reported.status, reported.status_reason) == (DocumentStatus.LOST, "on the bus")
    assert await workflow.documents(case.person_id) == [(first, "lost"), (second, "valid")]


@pytest.mark.parametrize("found_again", [DocumentStatus.LOST, DocumentStatus.STOLEN])
async def test_what_was_reported_once_stays_so(
    workflow: Workflow, found_again: DocumentStatus
) -> None:
    id = await workflow.becomes_ready()
    number = (await workflow.case(id)).document_number

    with pytest.raises(DocumentNotInUse):
        await workflow.reports_lost(number)
    await workflow.hands_over(id)
    await workflow.reports_lost(number, DocumentStatus.STOLEN)
    with pytest.raises(DocumentNotInUse) as refusal:
        await workflow.reports_lost(number, found_again)

    assert refusal.value.metadata == {"status": "stolen"}


async def test_a_passport_that_was_replaced_is_reported_too(workflow: Workflow) -> None:
    first = await workflow.becomes_ready()
    await workflow.hands_over(first)
    case = await workflow.case(first)
    workflow.clock("2018-10-29 09:00")
    second = await workflow.becomes_ready(type=RENEWAL, person_id=case.person_id)
    await workflow.hands_over(second)

    reported = await workflow.reports_lost(case.document_number, DocumentStatus.STOLEN)
    with pytest.raises(DocumentNotInUse):
        await workflow.reports_lost(case.document_number)

    assert (reported.status, reported.status_reason) == (DocumentStatus.STOLEN, "on the bus")
    assert await workflow.documents(case.person_id) == [(first, "stolen"), (second, "valid")]


async def test_a_book_that_was_never_handed_over_is_not_reported(workflow: Workflow) -> None:
    id = await workflow.becomes_ready()
    await workflow.withdraws(id)

    with pytest.raises(DocumentNotInUse) as refusal:
        await workflow.reports_lost((await workflow.case(id)).document_number)

    assert refusal.value.metadata == {"status": "revoked"}


async def test_a_renewal_may_name_its_document_and_no_other_persons(workflow: Workflow) -> None:
    first = await workflow.becomes_ready()
    await workflow.hands_over(first)
    case = await workflow.case(first)

    with pytest.raises(DocumentNotFound):
        await workflow.applies(type=RENEWAL, document_number="X00000000")
    with pytest.raises(DocumentOfAnotherPerson):
        await workflow.applies(
            type=RENEWAL, document_number=case.document_number, person_id="somebody-else"
        )
    with pytest.raises(PersonRequired):
        await workflow.applies(document_number=case.document_number)
    second = await workflow.applies(type=RENEWAL, document_number=case.document_number)

    assert (await workflow.case(second)).person_id == case.person_id


async def test_an_ended_application_makes_room(workflow: Workflow) -> None:
    first = await workflow.becomes_ready(type=RENEWAL, person_id="ani")
    with pytest.raises(ApplicationOpen):
        await workflow.applies(type=RENEWAL, person_id="ani")

    await workflow.hands_over(first)
    second = await workflow.applies(type=RENEWAL, person_id="ani")

    assert await workflow.state(second) is ApplicationState.IDENTIFYING
