"""Servicer of `passport.issuance.v1.Accounts`: what does not come out even."""

from collections.abc import Awaitable, Callable, Mapping, Sequence

from passport.issuance.v1 import accounts_pb2 as pb
from passport.issuance.v1 import accounts_pb2_grpc
from servicekit.grpc import page_tokens
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import NATIONAL, current_caller

from issuance.domain.office import Office
from issuance.domain.states import ApplicationState
from issuance.service import encode
from issuance.service.decode import decode_payments, decode_reported_until
from issuance.service.idempotent_changes import IdempotentChanges, current_actor
from issuance.service.office_scope import require_own_office, visible_office
from issuance.store.page_request import PageRequest
from issuance.store.records import Records, Store
from issuance.use_cases.application_details import application_details
from issuance.use_cases.reconcile_payments import reconcile_payments

Part = Callable[[Records, PageRequest, str | None], Awaitable[Sequence[tuple[int, pb.OpenItem]]]]
"""Reads a page of one part of the list: row numbers and items."""


class AccountsService(accounts_pb2_grpc.AccountsServicer):
    """Shows open items and takes in reports of payments.

    The state of a case, or a difference, is the record: an item cannot outlive its cause.
    """

    def __init__(
        self,
        offices: Mapping[str, Office],
        store: Store,
        changes: IdempotentChanges,
        clock: Clock,
    ) -> None:
        self._offices = offices
        self._store = store
        self._changes = changes
        self._clock = clock
        # By the first letter of page tokens, in the order of the list.
        self._parts: Mapping[str, Part] = {
            "": self._failed_prints,
            "j": self._print_jobs,
            "p": self._payments,
        }

    async def ListOpenItems(
        self, request: pb.ListOpenItemsRequest, context: Context
    ) -> pb.ListOpenItemsResponse:
        """List failed prints, print jobs that do not fit their application, and payments."""
        office = visible_office(current_caller(), request.office)
        size = request.page_size or page_tokens.DEFAULT_PAGE_SIZE
        first, after = self._decode(request.page_token)
        found = pb.ListOpenItemsResponse()
        async with self._store.read() as records:
            for part in list(self._parts)[list(self._parts).index(first) :]:
                page = PageRequest(after, size - len(found.items))
                rows = await self._parts[part](records, page, office)
                found.items.extend(item for _, item in rows)
                if len(found.items) == size:
                    found.next_page_token = page_tokens.encode(f"{part}{rows[-1][0]}")
                    return found
                after = 0
        return found

    async def ReconcilePayments(
        self, request: pb.ReconcilePaymentsRequest, context: Context
    ) -> pb.ReconcilePaymentsResponse:
        """Compare what the payment channel reports with what was recorded."""
        require_own_office(current_caller(), NATIONAL)
        reported, until = decode_payments(request), decode_reported_until(request)

        async def reconcile(records: Records) -> pb.ReconcilePaymentsResponse:
            by, now = current_actor(), self._clock.now()
            compared = await reconcile_payments(records, reported, until, by, now)
            return encode.reconciliation(compared)

        return await self._changes.run(request, pb.ReconcilePaymentsResponse, reconcile)

    def _decode(self, token: str) -> tuple[str, int]:
        """Return which part of the list a page token names, and after which row it goes on."""
        key = page_tokens.decode_key(token)
        part = key[:1] if key[:1] in self._parts else ""
        return part, page_tokens.decode_number(page_tokens.encode(key.removeprefix(part)))

    async def _failed_prints(
        self, records: Records, page: PageRequest, office: str | None
    ) -> Sequence[tuple[int, pb.OpenItem]]:
        rows = await records.cases.page(page, office, ApplicationState.PRINT_FAILED)
        cases = [case for _, case in rows]
        listed = await application_details(records, self._offices, cases, self._clock.now())
        items = [encode.open_item(details) for details in listed]
        return [(number, item) for (number, _), item in zip(rows, items, strict=True)]

    async def _print_jobs(
        self, records: Records, page: PageRequest, office: str | None
    ) -> Sequence[tuple[int, pb.OpenItem]]:
        rows = await records.unrecorded_print_events.page(page, office)
        return [(number, encode.unrecorded_print_event(event)) for number, event in rows]

    async def _payments(
        self, records: Records, page: PageRequest, office: str | None
    ) -> Sequence[tuple[int, pb.OpenItem]]:
        rows = await records.payments.page(page, office)
        return [(number, encode.open_payment(payment)) for number, payment in rows]
