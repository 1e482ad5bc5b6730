"""A passport that was reported, or whose book an office has, is not valid again by an undoing."""

import pytest
from issuance.domain.application_type import ApplicationType
from issuance.domain.document import DocumentStatus
from issuance.domain.open_item import ResolutionReason
from issuance.domain.person_merge import SupersededBook

from .merging import (
    ANI,
    BUDI,
    both_have_passports,
    has_passport,
    is_linked,
    is_undone,
    renews_and_is_found_twice,
)
from .people import identity
from .workflow import Workflow

DAMAGED = ApplicationType.REPLACEMENT_DAMAGED
HADI = identity("hadi", "supervisor")


async def test_what_was_lost_or_destroyed_since_is_not_valid_again(workflow: Workflow) -> None:
    of_ani, of_budi = await both_have_passports(workflow)
    new = await renews_and_is_found_twice(workflow)
    ((item, _),) = await workflow.open_items()
    await workflow.settles(item, ResolutionReason.BOOK_DESTROYED, HADI)
    await workflow.reports_lost((await workflow.case(of_ani)).document_number)

    await is_undone(workflow, new)

    assert await workflow.documents("ani") == [(of_ani, "lost")]
    assert await workflow.documents("budi") == [(of_budi, "revoked")]


async def test_a_passport_whose_book_no_office_has_is_valid_again(workflow: Workflow) -> None:
    of_ani, of_budi = await both_have_passports(workflow)
    new = await renews_and_is_found_twice(workflow)
    ((item, _),) = await workflow.open_items()
    await workflow.settles(item, ResolutionReason.OTHER, HADI, "abroad until March")

    await is_undone(workflow, new)

    assert await workflow.documents("ani") == [(of_ani, "valid")]
    assert await workflow.documents("budi") == [(of_budi, "valid")]
    assert await workflow.open_items() == []


@pytest.mark.parametrize("status", [DocumentStatus.LOST, DocumentStatus.STOLEN])
async def test_a_passport_that_was_reported_while_it_was_revoked_stays_reported(
    workflow: Workflow, status: DocumentStatus
) -> None:
    of_ani, of_budi = await both_have_passports(workflow)
    new = await renews_and_is_found_twice(workflow)
    await workflow.reports_lost((await workflow.case(of_budi)).document_number, status)

    await is_undone(workflow, new)

    assert await workflow.documents("ani") == [(of_ani, "valid")]
    assert await workflow.documents("budi") == [(of_budi, status.value)]
    assert await workflow.open_items() == [], "nobody can take in a book that is gone"


async def test_a_passport_that_was_replaced_by_the_other_ones_is_reported_too(
    workflow: Workflow,
) -> None:
    of_ani, _ = await both_have_passports(workflow)
    new = await renews_and_is_found_twice(workflow)
    await workflow.withdraws(new)
    workflow.clock("2018-10-31 09:00")
    await has_passport(workflow, "budi")
    await workflow.reports_lost((await workflow.case(of_ani)).document_number)

    await is_undone(workflow, new)

    assert await workflow.documents("ani") == [(of_ani, "lost")]


async def test_a_damaged_book_that_an_office_took_in_is_not_valid_again(
    workflow: Workflow,
) -> None:
    of_ani, of_budi = await both_have_passports(workflow)
    new = await renews_and_is_found_twice(workflow)
    await workflow.withdraws(new)
    workflow.clock("2018-10-31 09:00")
    since = await workflow.becomes_ready(type=DAMAGED, person_id="budi")
    await workflow.hands_over(since)
    returned = (await workflow.case(since)).returned_document

    await is_undone(workflow, new)

    assert returned == (await workflow.case(of_ani)).document_number
    assert await workflow.documents("ani") == [(of_ani, "revoked")]
    assert await workflow.documents("budi") == [(of_budi, "revoked"), (since, "valid")]


async def test_the_damaged_book_of_the_application_that_was_examined_is_not_valid_again(
    workflow: Workflow,
) -> None:
    of_ani = await has_passport(workflow, "ani")
    workflow.clock("2018-10-29 09:00")
    of_budi = await has_passport(workflow, "budi")
    new = await workflow.applies(type=DAMAGED, person_id="ani")
    await workflow.is_identified(ANI, BUDI)
    await is_linked(workflow, "budi")

    await is_undone(workflow, new)

    assert await workflow.documents("ani") == [(of_ani, "revoked")]
    assert await workflow.documents("budi") == [(of_budi, "valid")]
    ((_, item),) = await workflow.open_items()
    assert isinstance(item, SupersededBook), "the office still has to destroy it"
