"""The matcher is restored while the service runs: who it lost is shown, and not approved."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest_asyncio
from passport.issuance.v1 import accounts_pb2 as accounts
from passport.issuance.v1 import applications_pb2 as apps

from .country import OFFICE, Country, a_country

LOST = accounts.OPEN_ITEM_KIND_LOST_ENROLMENT


@pytest_asyncio.fixture
async def country(tmp_path: Path, pki: Path, database_url: str) -> AsyncIterator[Country]:
    """A country in which no answer is under way for longer than three call timeouts."""
    async with a_country(tmp_path, pki, database_url, call_timeout=3.0) as running:
        yield running


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


async def _are_active(country: Country, *encounters: str) -> bool:
    return all(country.matcher.status(each) == "ACTIVE" for each in encounters)


async def test_it_is_shown_beside_failed_prints_until_the_person_is_captured_again(
    country: Country,
) -> None:
    country.printer.refuses = "CLEARANCE_BAD_SIGNATURE"
    failed = (await country.applies()).application_id
    await country.approves(failed)
    await country.reaches(failed, "PRINT_FAILED")
    lost = [(await country.applies()).application_id for _ in range(2)]
    for id in lost:
        await country.reaches(id, "AWAITING_APPROVAL")
    await country.until(lambda: _are_active(country, failed, *lost))

    country.matcher.loses(*lost)
    for id in lost:
        await country.reaches(id, "PAID")
    items = await _open_items(country)
    await country.gives_fingers(lost[0], b"taken again")
    await country.approves(lost[0])

    assert {(item.kind, item.application_id) for item in items} == {
        (accounts.OPEN_ITEM_KIND_PRINT_FAILED, failed),
        (LOST, lost[0]),
        (LOST, lost[1]),
    }
    item = next(item for item in items if item.application_id == lost[0])
    assert item.waiting.responsible_party == apps.RESPONSIBLE_PARTY_OFFICER
    assert item.problem == "the matcher has lost the enrolment: capture the person again"
    assert lost[0] not in [item.application_id for item in await _open_items(country)]
