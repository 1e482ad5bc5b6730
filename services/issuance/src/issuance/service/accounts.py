"""Servicer of `passport.issuance.v1.Accounts`: what does not come out even."""

from passport.issuance.v1 import accounts_pb2 as pb
from passport.issuance.v1 import accounts_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock
from servicekit.security.identity import NATIONAL, current_caller

from issuance.service import encode_accounts as encode
from issuance.service.decode_accounts import decode_payments, decode_reported_until
from issuance.service.enum_codes import RESOLUTION_REASON_OF
from issuance.service.idempotent_changes import IdempotentChanges, current_actor
from issuance.service.office_scope import require_own_office, visible_office
from issuance.service.paging import list_position, page_size, position_token
from issuance.store.records import Records, Store
from issuance.use_cases.apply_transition import ApplyTransition
from issuance.use_cases.office_directory import OfficeDirectory
from issuance.use_cases.open_items import list_open_items, resolve_open_item
from issuance.use_cases.reconcile_payments import reconcile_payments


class AccountsService(accounts_pb2_grpc.AccountsServicer):
    """Shows open items, has them settled, and takes in reports of payments."""

    def __init__(
        self,
        offices: OfficeDirectory,
        store: Store,
        changes: IdempotentChanges,
        apply_transition: ApplyTransition,
        clock: Clock,
    ) -> None:
        self._offices = offices
        self._store = store
        self._changes = changes
        self._apply_transition = apply_transition
        self._clock = clock

    async def ListOpenItems(
        self, request: pb.ListOpenItemsRequest, context: Context
    ) -> pb.ListOpenItemsResponse:
        """List what somebody has to settle, and on request what was settled."""
        office = visible_office(current_caller(), request.office)
        after, size = list_position(request.page_token), page_size(request.page_size)
        async with self._store.read() as records:
            page = await list_open_items(
                records, self._offices, office, after, size, self._clock.now(),
                include_resolved=request.include_resolved,
            )  # fmt: skip
        return pb.ListOpenItemsResponse(
            items=[encode.open_item(id, item) for id, item in page.items],
            next_page_token=position_token(page.end),
        )

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

    async def ResolveOpenItem(
        self, request: pb.ResolveOpenItemRequest, context: Context
    ) -> pb.OpenItem:
        """Record why an item is settled."""
        reason = RESOLUTION_REASON_OF[request.reason]

        async def resolve(records: Records) -> pb.OpenItem:
            by, now = current_actor(), self._clock.now()
            settled = await resolve_open_item(
                records, request.item_id, reason, request.explanation, by, now,
                self._apply_transition,
            )  # fmt: skip
            return encode.open_item(*settled)

        return await self._changes.run(request, pb.OpenItem, resolve)
