"""Servicer of passport.printer.v1.PrinterAdmin."""

from passport.printer.v1 import admin_pb2, admin_pb2_grpc, stock_pb2
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock

from printer.service import encode_admin, encode_history, encode_jobs, encode_stock, encode_values
from printer.service.caller import attribution, require_caller_of
from printer.service.idempotent_changes import IdempotentChanges
from printer.store.records import Records, Store
from printer.use_cases.clearance_validity import ClearanceValidity, revoke_clearance
from printer.use_cases.machine_monitor import MachineMonitor
from printer.use_cases.printing_status import printing_status
from printer.use_cases.put_trusted_key import trust_key, withdraw_trust
from printer.use_cases.release_after_restore import release_after_restore, restore_findings
from printer.use_cases.stock import book_balance


class PrinterAdmin(admin_pb2_grpc.PrinterAdminServicer):
    """State of printing and number of books in one office, for administrators."""

    def __init__(
        self,
        office: str,
        store: Store,
        changes: IdempotentChanges,
        clock: Clock,
        monitor: MachineMonitor,
        validity: ClearanceValidity,
    ) -> None:
        self._office = office
        self._store = store
        self._changes = changes
        self._clock = clock
        self._monitor = monitor
        self._validity = validity

    async def GetStatus(
        self, request: admin_pb2.GetStatusRequest, context: Context
    ) -> admin_pb2.PrintingStatus:
        """Return jobs by state, machines, books, and what keeps jobs waiting."""
        require_caller_of(self._office)
        now = self._clock.now()
        async with self._store.read() as records:
            status = await printing_status(records, self._monitor, now)
        return encode_admin.printing_status(self._office, status, now)

    async def GetBalance(
        self, request: admin_pb2.GetBalanceRequest, context: Context
    ) -> stock_pb2.BookBalance:
        """Return the number of books in each state."""
        require_caller_of(self._office)
        async with self._store.read() as records:
            return encode_stock.book_balance(await book_balance(records))

    async def ListRestoreFindings(
        self, request: admin_pb2.ListRestoreFindingsRequest, context: Context
    ) -> admin_pb2.ListRestoreFindingsResponse:
        """Return what was found after a restore of the database."""
        require_caller_of(self._office)
        async with self._store.read() as records:
            return encode_admin.restore_findings(*await restore_findings(records))

    async def ReleaseAfterRestore(
        self, request: admin_pb2.ReleaseAfterRestoreRequest, context: Context
    ) -> admin_pb2.ReleaseAfterRestoreResponse:
        """Let the office print again, once two persons agree."""

        async def change(records: Records) -> admin_pb2.ReleaseAfterRestoreResponse:
            waiting_for = await release_after_restore(
                records, request.explanation, attribution(self._clock)
            )
            return admin_pb2.ReleaseAfterRestoreResponse(waiting_for=waiting_for)

        return await self._changes.make(request, admin_pb2.ReleaseAfterRestoreResponse, change)

    async def PutTrustedKey(
        self, request: admin_pb2.PutTrustedKeyRequest, context: Context
    ) -> admin_pb2.PutTrustedKeyResponse:
        """Trust a key of issuance, or withdraw that."""

        kid, pem, reason = request.kid, request.public_key_pem, request.reason

        async def change(records: Records) -> admin_pb2.PutTrustedKeyResponse:
            by = attribution(self._clock)
            if not pem:
                await withdraw_trust(records, kid, reason, by)
                return admin_pb2.PutTrustedKeyResponse()
            proposal = await trust_key(records, kid, pem, reason, by)
            return admin_pb2.PutTrustedKeyResponse(proposal=encode_values.proposal(proposal))

        return await self._changes.make(request, admin_pb2.PutTrustedKeyResponse, change)

    async def ListTrustedKeys(
        self, request: admin_pb2.ListTrustedKeysRequest, context: Context
    ) -> admin_pb2.ListTrustedKeysResponse:
        """Return which keys are and were trusted."""
        require_caller_of(self._office)
        async with self._store.read() as records:
            periods = await self._validity.trust_periods(records)
        return admin_pb2.ListTrustedKeysResponse(
            keys=[encode_history.trust_period(period) for period in periods]
        )

    async def RevokeClearance(
        self, request: admin_pb2.RevokeClearanceRequest, context: Context
    ) -> admin_pb2.RevokeClearanceResponse:
        """Revoke a clearance by its id or its document number."""

        async def change(records: Records) -> admin_pb2.RevokeClearanceResponse:
            by = attribution(self._clock)
            revoked = await revoke_clearance(
                records, request.clearance_id, request.document_number, request.reason, by
            )
            return admin_pb2.RevokeClearanceResponse(
                jobs=[encode_jobs.job(job, by.at) for job in revoked]
            )

        return await self._changes.make(request, admin_pb2.RevokeClearanceResponse, change)
