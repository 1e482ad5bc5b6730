"""Searches for applications: where a caller may search, and what is shown of what is found."""

from collections.abc import Callable

from passport.issuance.v1 import applications_pb2 as pb
from servicekit.grpc.call_audit import add_audit_facts
from servicekit.process.clock import Clock
from servicekit.security.identity import NATIONAL, current_caller

from issuance.domain.case import Case
from issuance.domain.office import Office, UnknownOffice
from issuance.domain.search import SearchCriteria, require_one_person
from issuance.service.idempotent_changes import current_actor
from issuance.service.office_scope import known_office, own_office, visible_office
from issuance.service.paging import page_size
from issuance.service.search import (
    decode_search,
    decode_search_filter,
    decode_search_page,
    encode_found,
    encode_recorded_search,
    encode_search,
    encode_whereabouts,
    search_position,
    search_token,
)
from issuance.store.records import Records, Store
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.search_applications import search_applications


class ApplicationSearch:
    """Answers SearchApplications, SearchAllOffices and ListSearches."""

    def __init__(self, offices: OfficeDirectory, store: Store, clock: Clock) -> None:
        self._offices = offices
        self._store = store
        self._clock = clock

    async def of_office(
        self, request: pb.SearchApplicationsRequest
    ) -> pb.SearchApplicationsResponse:
        """Search one office, the caller's own if none is named. Raises WrongOffice, BadDate."""
        caller = current_caller()
        office = visible_office(caller, request.office or own_office(caller) or "")
        criteria = decode_search(request, self._known(office))
        return await self._search(request, criteria, encode_found)

    async def of_all_offices(
        self, request: pb.SearchApplicationsRequest
    ) -> pb.SearchApplicationsResponse:
        """Search all offices for one person, of whom only the whereabouts are shown."""
        criteria = decode_search(request, self._known(request.office))
        require_one_person(criteria)
        return await self._search(request, criteria, encode_whereabouts)

    async def list_searches(self, request: pb.ListSearchesRequest) -> pb.ListSearchesResponse:
        """List who searched, of the caller's office if none is named.

        Raises WrongOffice, UnknownOffice, BadDate, BadPageToken.
        """
        caller = current_caller()
        office = visible_office(caller, request.office or own_office(caller) or "")
        which = decode_search_filter(request, office)
        after, size = search_position(request.page_token), page_size(request.page_size)
        async with self._store.read() as records:
            if request.office:
                await self._require_office(records, request.office)
            rows = await records.search.page(which, after, size)
        return pb.ListSearchesResponse(
            searches=[encode_recorded_search(search) for _, search in rows],
            next_page_token=search_token(rows[-1][0]) if len(rows) == size else "",
        )

    async def _require_office(self, records: Records, office: str) -> None:
        """Raise UnknownOffice for what never was an office; the centre is one here."""
        await self._offices.know(records, office)
        if office != NATIONAL and office not in self._offices:
            raise UnknownOffice("there is no such office", field="office")

    def _known(self, office: str | None) -> Office | None:
        return known_office(self._offices, office) if office else None

    async def _search(
        self,
        request: pb.SearchApplicationsRequest,
        criteria: SearchCriteria,
        encode: Callable[[Case], pb.FoundApplication],
    ) -> pb.SearchApplicationsResponse:
        page, by = decode_search_page(request), current_actor()
        found = await search_applications(self._store, criteria, page, by, self._clock.now())
        add_audit_facts(application_ids=[case.id for _, case in found])
        return encode_search(page, found, encode)
