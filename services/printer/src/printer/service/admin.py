"""Servicer of passport.printer.v1.PrinterAdmin."""

from passport.printer.v1 import admin_pb2, admin_pb2_grpc, stock_pb2
from servicekit.grpc.server import Context

from printer.service import encode
from printer.service.caller import require_caller_of
from printer.store.records import Store
from printer.use_cases.machine_monitor import MachineMonitor
from printer.use_cases.printing_status import printing_status
from printer.use_cases.stock import book_balance


class PrinterAdmin(admin_pb2_grpc.PrinterAdminServicer):
    """State of printing and number of books in one office, for administrators."""

    def __init__(self, office: str, store: Store, monitor: MachineMonitor) -> None:
        self._office = office
        self._store = store
        self._monitor = monitor

    async def GetStatus(
        self, request: admin_pb2.GetStatusRequest, context: Context
    ) -> admin_pb2.PrintingStatus:
        """Return jobs by state, machines, books, and what keeps jobs waiting."""
        require_caller_of(self._office)
        async with self._store.read() as records:
            status = await printing_status(records, self._monitor)
        return encode.printing_status(self._office, status)

    async def GetBalance(
        self, request: admin_pb2.GetBalanceRequest, context: Context
    ) -> stock_pb2.BookBalance:
        """Return the number of books in each state."""
        require_caller_of(self._office)
        async with self._store.read() as records:
            return encode.book_balance(await book_balance(records))
