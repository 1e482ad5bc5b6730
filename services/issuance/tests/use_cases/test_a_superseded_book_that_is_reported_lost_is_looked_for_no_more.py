"""The open item of a book that its holder was to give back ends as the book is reported."""

import pytest
from issuance.domain.document import DocumentStatus
from issuance.domain.open_item import OpenItemKind, OpenItemNotFound, ResolutionReason, ResolvedItem

from .merging import both_have_passports, renews_and_is_found_twice
from .people import identity
from .workflow import Workflow


@pytest.mark.parametrize("status", [DocumentStatus.LOST, DocumentStatus.STOLEN])
async def test_the_report_settles_it_and_says_by_whom_and_why(
    workflow: Workflow, status: DocumentStatus
) -> None:
    _, of_budi = await both_have_passports(workflow)
    await renews_and_is_found_twice(workflow)
    ((item, _),) = await workflow.open_items()
    number = (await workflow.case(of_budi)).document_number
    workflow.clock("2018-10-31 09:00")

    await workflow.reports_lost(number, status)

    assert await workflow.open_items() == []
    ((_, settled),) = await workflow.open_items(include_resolved=True)
    assert isinstance(settled, ResolvedItem)
    assert (settled.kind, settled.document_number) == (OpenItemKind.SUPERSEDED_BOOK, number)
    resolution = settled.resolution
    assert resolution.reason is ResolutionReason.OTHER
    assert resolution.explanation == f"reported {status}: on the bus"
    assert (resolution.by, resolution.at) == (identity("siti", "officer").uri, workflow.now_is)
    with pytest.raises(OpenItemNotFound):
        await workflow.settles(
            item, ResolutionReason.BOOK_DESTROYED, identity("hadi", "supervisor")
        )


async def test_the_report_of_another_book_settles_nothing(workflow: Workflow) -> None:
    of_ani, _ = await both_have_passports(workflow)
    await renews_and_is_found_twice(workflow)

    await workflow.reports_lost((await workflow.case(of_ani)).document_number)

    assert len(await workflow.open_items()) == 1
    assert len(await workflow.open_items(include_resolved=True)) == 1


async def test_a_book_that_an_office_took_in_before_is_settled_once(workflow: Workflow) -> None:
    _, of_budi = await both_have_passports(workflow)
    await renews_and_is_found_twice(workflow)
    ((item, _),) = await workflow.open_items()
    await workflow.settles(item, ResolutionReason.OTHER, identity("hadi", "supervisor"), "lost")

    await workflow.reports_lost((await workflow.case(of_budi)).document_number)

    ((_, settled),) = await workflow.open_items(include_resolved=True)
    assert isinstance(settled, ResolvedItem)
    assert settled.resolution.explanation == "lost"
