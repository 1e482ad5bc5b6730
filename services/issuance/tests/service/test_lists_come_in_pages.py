"""Every list comes complete and in order, in pages of the size asked for."""

from passport.issuance.v1 import applications_pb2 as apps
from passport.issuance.v1 import schedule_pb2

from .country import OFFICE, Country


async def test_applications_come_in_pages(country: Country) -> None:
    ids = [(await country.takes_in()).application_id for _ in range(5)]
    request = apps.ListApplicationsRequest(office=OFFICE, page_size=2)

    pages = []
    while True:
        page = await country.officer("ListApplications", request)
        pages.append([application.application_id for application in page.applications])
        request.page_token = page.next_page_token
        if not page.next_page_token:
            break

    assert pages == [ids[0:2], ids[2:4], ids[4:]]


async def test_applications_are_listed_by_state(country: Country) -> None:
    await country.takes_in()
    accepted = (await country.takes_in()).application_id
    await country.officer("AcceptDocuments", apps.AcceptDocumentsRequest(application_id=accepted))

    state = apps.APPLICATION_STATE_DOCUMENTS_ACCEPTED
    request = apps.ListApplicationsRequest(office=OFFICE, state=state)
    found = await country.officer("ListApplications", request)

    assert [application.application_id for application in found.applications] == [accepted]


async def test_notices_come_in_pages(country: Country) -> None:
    ids = [(await country.applies()).application_id for _ in range(3)]
    request = schedule_pb2.ListNoticesRequest(office=OFFICE, page_size=2)

    first = await country.officer("ListNotices", request)
    request.page_token = first.next_page_token
    second = await country.officer("ListNotices", request)

    notified = [notice.application_id for page in (first, second) for notice in page.notices]
    assert notified == ids
    assert not second.next_page_token
