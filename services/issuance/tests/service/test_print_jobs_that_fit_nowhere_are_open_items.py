from collections.abc import Sequence

import pytest
from passport.issuance.v1 import accounts_pb2 as accounts
from passport.issuance.v1 import applications_pb2 as apps
from passport.issuance.v1 import documents_pb2 as documents
from passport.printer.v1 import jobs_pb2

from .callers import Refused
from .country import OFFICE, Country


async def _open_items(country: Country) -> Sequence[accounts.OpenItem]:
    """List them one on a page."""
    items: list[accounts.OpenItem] = []
    request = accounts.ListOpenItemsRequest(office=OFFICE, page_size=1)
    while True:
        answer = await country.officer("ListOpenItems", request)
        items.extend(answer.items)
        if not answer.next_page_token:
            return items
        request.page_token = answer.next_page_token


async def test_after_the_prints_that_failed_and_until_they_are_cancelled(country: Country) -> None:
    country.printer.refuses = "CLEARANCE_BAD_SIGNATURE"
    id = (await country.applies()).application_id
    await country.approves(id)
    await country.reaches(id, "PRINT_FAILED")
    for number in (1, 2):
        country.printer.has(
            jobs_pb2.PrintJob(
                job_id=f"lost-{number}", application_id="unknown", document_number="X0000099"
            )
        )

    await country.until(lambda: _count(country, 3))
    items = await _open_items(country)
    country.printer.cancel("lost-1")
    country.printer.cancel("lost-2")
    await country.until(lambda: _count(country, 1))

    assert [(item.kind, item.application_id, item.print_job_id) for item in items] == [
        (accounts.OPEN_ITEM_KIND_PRINT_FAILED, id, ""),
        (accounts.OPEN_ITEM_KIND_PRINT_JOB, "unknown", "lost-1"),
        (accounts.OPEN_ITEM_KIND_PRINT_JOB, "unknown", "lost-2"),
    ]
    assert items[1].waiting.responsible_party == apps.RESPONSIBLE_PARTY_SUPERVISOR
    assert items[1].document_number == "X0000099"
    assert items[1].problem


async def test_a_book_of_nobody_is_settled_once(country: Country) -> None:
    job = jobs_pb2.PrintJob(job_id="lost-1", application_id="unknown", document_number="X0000099")
    country.printer.has(job)
    country.printer.finish("lost-1")
    await country.until(lambda: _has_book(country))
    (item,) = await _open_items(country)
    request = accounts.ResolveOpenItemRequest(
        request_id="shredded-1",
        item_id=item.item_id,
        reason=accounts.RESOLUTION_REASON_BOOK_DESTROYED,
        explanation="shredded, record 17",
    )

    with pytest.raises(Refused, match="NOT_PERMITTED"):
        await country.officer("ResolveOpenItem", request)
    with pytest.raises(Refused, match="WRONG_OFFICE"):
        await country.at("JKT").supervisor("ResolveOpenItem", request)
    proposed = await country.supervisor("ResolveOpenItem", request)
    assert await country.supervisor("ResolveOpenItem", request) == proposed
    assert "/user/agus/" in proposed.proposal.proposed_by
    assert await _open_items(country) == [proposed]
    hayati = country.caller("supervisor", "hayati")
    settled = await hayati("ResolveOpenItem", request)
    again = await hayati("ResolveOpenItem", request)

    assert settled == again
    assert await _open_items(country) == []
    everything = accounts.ListOpenItemsRequest(office=OFFICE, include_resolved=True)
    assert list((await country.officer("ListOpenItems", everything)).items) == [settled]
    assert settled.book_serial == "B0000001"
    assert "/user/hayati/" in settled.resolution.resolved_by
    assert "/user/agus/" in settled.resolution.proposed_by
    assert not settled.HasField("waiting")
    asked = documents.GetDocumentRequest(document_number="X0000099")
    revoked = await country.officer("GetDocument", asked)
    assert revoked.status == documents.DOCUMENT_STATUS_REVOKED
    assert (revoked.office, revoked.book_serial) == (OFFICE, "B0000001")
    assert revoked.status_reason == "shredded, record 17"
    assert revoked.status_by == settled.resolution.resolved_by


async def _count(country: Country, count: int) -> bool:
    return len(await _open_items(country)) == count


async def _has_book(country: Country) -> bool:
    return [item.book_serial for item in await _open_items(country)] == ["B0000001"]
