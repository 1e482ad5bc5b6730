"""passport.printer.v1.PrinterAdmin."""

from passport.printer.v1 import admin_pb2, admin_pb2_grpc, stock_pb2
from servicekit.grpc.server import Context

from printer.service import encode
from printer.service.desk import Desk
from printer.use_cases.status import status
from printer.use_cases.stock import balance


class PrinterAdmin(admin_pb2_grpc.PrinterAdminServicer):
    """What administrators ask of a printing office."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def GetStatus(
        self, request: admin_pb2.GetStatusRequest, context: Context
    ) -> admin_pb2.PrinterStatus:
        """How printing is."""
        self._desk.admit()
        async with self._desk.store.read() as records:
            return encode.status(self._desk.office, await status(records, self._desk.floor))

    async def GetBalance(
        self, request: admin_pb2.GetBalanceRequest, context: Context
    ) -> stock_pb2.BookBalance:
        """Books by state."""
        self._desk.admit()
        async with self._desk.store.read() as records:
            return encode.balance(await balance(records))
