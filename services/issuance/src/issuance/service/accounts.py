"""Servicer of `passport.issuance.v1.Accounts`: what does not come out even."""

from collections.abc import Mapping

from passport.issuance.v1 import accounts_pb2 as pb
from passport.issuance.v1 import accounts_pb2_grpc
from servicekit.grpc import page_tokens
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import current_caller

from issuance.domain.office import Office
from issuance.domain.states import ApplicationState
from issuance.service import encode
from issuance.service.office_scope import visible_office
from issuance.service.paging import next_page_token
from issuance.store.page_request import PageRequest
from issuance.store.records import Records, Store
from issuance.use_cases.application_details import application_details

# Begins the page tokens of the second part of the list.
_PRINT_JOBS = "j"


class AccountsService(accounts_pb2_grpc.AccountsServicer):
    """Shows open items. The state of a case is the record: an item cannot outlive its cause."""

    def __init__(self, offices: Mapping[str, Office], store: Store, clock: Clock) -> None:
        self._offices = offices
        self._store = store
        self._clock = clock

    async def ListOpenItems(
        self, request: pb.ListOpenItemsRequest, context: Context
    ) -> pb.ListOpenItemsResponse:
        """List failed prints, and print jobs that do not fit their application."""
        office = visible_office(current_caller(), request.office)
        key = page_tokens.decode_key(request.page_token)
        after = page_tokens.decode_number(page_tokens.encode(key.removeprefix(_PRINT_JOBS)))
        size = request.page_size or page_tokens.DEFAULT_PAGE_SIZE
        async with self._store.read() as records:
            if not key.startswith(_PRINT_JOBS):
                found = await self._failed_prints(records, PageRequest(after, size), office)
                if found.next_page_token:
                    return found
                size, after = size - len(found.items), 0
            else:
                found = pb.ListOpenItemsResponse()
            jobs = await records.unrecorded_print_events.page(PageRequest(after, size), office)
        found.items.extend(encode.unrecorded_print_event(event) for _, event in jobs)
        if len(jobs) == size:
            found.next_page_token = page_tokens.encode(f"{_PRINT_JOBS}{jobs[-1][0]}")
        return found

    async def _failed_prints(
        self, records: Records, page: PageRequest, office: str | None
    ) -> pb.ListOpenItemsResponse:
        rows = await records.cases.page(page, office, ApplicationState.PRINT_FAILED)
        cases = [case for _, case in rows]
        listed = await application_details(records, self._offices, cases, self._clock.now())
        return pb.ListOpenItemsResponse(
            items=[encode.open_item(details) for details in listed],
            next_page_token=next_page_token(page, rows),
        )
