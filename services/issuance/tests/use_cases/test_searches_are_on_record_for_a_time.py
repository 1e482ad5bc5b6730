"""Who searched for whom is on record for a time, and erased with the other personal data."""

from datetime import timedelta

from issuance.domain.search import SearchCriteria, SearchFilter, SearchRecord
from issuance.use_cases.erase_personal_data import ErasePersonalData
from servicekit.storage.database import Database

from .workflow import Workflow

MONTH, YEAR = timedelta(days=30), timedelta(days=365)


async def test_a_search_is_erased_after_a_year(workflow: Workflow, database: Database) -> None:
    erase = ErasePersonalData(workflow.store, database, workflow, MONTH, YEAR, YEAR)
    siti = SearchCriteria(words=("siti",))
    first = workflow.now_is
    for at in (first, first + timedelta(days=1)):
        async with workflow.store.begin() as records:
            await records.search.record(SearchRecord(at, "spiffe://officer", "", "BJM", siti, 1))
    found = []

    for later in ("2019-10-26 08:59", "2019-10-26 09:01", "2019-10-27 09:01"):
        workflow.clock(later)
        await erase()
        async with workflow.store.read() as records:
            found.append(len(await records.search.page(SearchFilter(), None, 1000)))

    assert first.isoformat() == "2018-10-26T09:00:00+08:00"
    assert found == [2, 1, 0]


async def test_many_searches_are_erased_a_few_at_a_time(
    workflow: Workflow, database: Database
) -> None:
    erase = ErasePersonalData(workflow.store, database, workflow, MONTH, YEAR, YEAR)
    siti = SearchCriteria(words=("siti",))
    async with workflow.store.begin() as records:
        for _ in range(450):
            await records.search.record(SearchRecord(workflow.now_is, "ani", "", "BJM", siti, 1))
    workflow.clock("2020-01-01 09:00")

    await erase()

    async with workflow.store.read() as records:
        assert not await records.search.page(SearchFilter(), None, 1000)


async def test_whoever_searched_through_a_service_is_listed_by_their_own_identity(
    workflow: Workflow,
) -> None:
    siti, wati = SearchCriteria(words=("siti",)), "spiffe://id/office/BJM/user/wati/role/officer"
    for by, person in ((wati, ""), ("spiffe://frontdesk", wati), ("spiffe://frontdesk", "")):
        async with workflow.store.begin() as records:
            await records.search.record(SearchRecord(workflow.now_is, by, person, "BJM", siti, 1))

    async with workflow.store.read() as records:
        found = await records.search.page(SearchFilter(by=wati), None, 10)

    assert [(search.by, search.on_behalf_of) for _, search in found] == [
        ("spiffe://frontdesk", wati),
        (wati, ""),
    ]
