"""Servicer of `passport.issuance.v1.Accounts`: what does not come out even."""

from collections.abc import Mapping, Sequence

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
from issuance.store.page_request import PageRequest
from issuance.store.records import Records, Store
from issuance.use_cases.application_details import application_details

_Rows = Sequence[tuple[int, pb.OpenItem]]
"""Numbers and items; the number of the last one is where the next page begins."""


class AccountsService(accounts_pb2_grpc.AccountsServicer):
    """Shows open items. The state of a case is the record: an item cannot outlive its cause."""

    def __init__(self, offices: Mapping[str, Office], store: Store, clock: Clock) -> None:
        self._offices = offices
        self._store = store
        self._clock = clock

    async def ListOpenItems(
        self, request: pb.ListOpenItemsRequest, context: Context
    ) -> pb.ListOpenItemsResponse:
        """List the kinds of open items one after the other."""
        office = visible_office(current_caller(), request.office)
        key = page_tokens.decode_key(request.page_token)
        # The letter that a page token begins with says which kind it stopped at.
        kinds = {"": self._failed_prints, "j": self._print_jobs, "e": self._lost_enrolments}
        first = key[:1] if key[:1] in kinds else ""
        after = page_tokens.decode_number(page_tokens.encode(key.removeprefix(first)))
        left = request.page_size or page_tokens.DEFAULT_PAGE_SIZE
        found = pb.ListOpenItemsResponse()
        async with self._store.read() as records:
            for letter, kind in list(kinds.items())[list(kinds).index(first) :]:
                rows = await kind(records, PageRequest(after, left), office)
                found.items.extend(item for _, item in rows)
                if len(rows) == left:
                    found.next_page_token = page_tokens.encode(f"{letter}{rows[-1][0]}")
                    break
                left, after = left - len(rows), 0
        return found

    async def _failed_prints(
        self, records: Records, page: PageRequest, office: str | None
    ) -> _Rows:
        rows = await records.cases.page(page, office, ApplicationState.PRINT_FAILED)
        cases = [case for _, case in rows]
        listed = await application_details(records, self._offices, cases, self._clock.now())
        return [
            (number, encode.open_item(details))
            for (number, _), details in zip(rows, listed, strict=True)
        ]

    async def _print_jobs(self, records: Records, page: PageRequest, office: str | None) -> _Rows:
        rows = await records.unrecorded_print_events.page(page, office)
        return [(number, encode.unrecorded_print_event(event)) for number, event in rows]

    async def _lost_enrolments(
        self, records: Records, page: PageRequest, office: str | None
    ) -> _Rows:
        rows = await records.enrolments.lost(page, office)
        return [(number, encode.lost_enrolment(lost)) for number, lost in rows]
