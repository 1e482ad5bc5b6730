"""The search for applications by what a person can say about them."""

from collections.abc import Sequence
from datetime import datetime

from issuance.domain.actor import Actor
from issuance.domain.case import Case
from issuance.domain.search import SearchCriteria, SearchRecord
from issuance.store.page_request import PageRequest
from issuance.store.records import Store


async def search_applications(
    store: Store, criteria: SearchCriteria, page: PageRequest, by: Actor, now: datetime
) -> Sequence[tuple[int, Case]]:
    """Return row numbers and cases, newest first; that they are searched is recorded before.

    Raises SearchTooBroad, which is on record too.
    """
    async with store.begin() as records:
        search = SearchRecord(now, by.uri, by.on_behalf_of, by.office, criteria, 0)
        recorded = await records.search.record(search)
    async with store.read() as records:
        found = await records.search.find(criteria, page)
        cases = {case.id: case for case in await records.cases.of_ids([id for _, id in found])}
    if found:
        async with store.begin() as records:
            await records.search.record_found(recorded, len(found))
    return [(number, cases[id]) for number, id in found]
