"""Servicer of passport.printer.v1.Machines."""

from collections.abc import Callable

from passport.printer.v1 import machines_pb2 as pb
from passport.printer.v1 import machines_pb2_grpc
from servicekit.grpc.server import Context

from printer.domain.printer_client import PrinterClient, PrinterStatus
from printer.service import encode
from printer.service.caller import require_caller_of
from printer.service.idempotent_changes import IdempotentChanges
from printer.store.records import Records, Store
from printer.use_cases.machine_monitor import MachineMonitor
from printer.use_cases.machines import (
    read_machine_status,
    register_machine,
    set_paused,
    view_machines,
)


class Machines(machines_pb2_grpc.MachinesServicer):
    """Personalisation machines of one office."""

    def __init__(
        self,
        office: str,
        store: Store,
        changes: IdempotentChanges,
        monitor: MachineMonitor,
        connect: Callable[[str], PrinterClient],
    ) -> None:
        self._office = office
        self._store = store
        self._changes = changes
        self._monitor = monitor
        self._connect = connect

    async def RegisterMachine(
        self, request: pb.RegisterMachineRequest, context: Context
    ) -> pb.Machine:
        """Add a machine, or change the address of a known one."""

        async def prepare() -> PrinterStatus:
            return await read_machine_status(self._connect, request.uri)

        async def change(records: Records, status: PrinterStatus) -> pb.Machine:
            await register_machine(records, request.machine_id, request.uri, status)
            self._monitor.record_status(request.machine_id, status)
            return await self._view(records, request.machine_id)

        return await self._changes.prepare_and_make(request, pb.Machine, prepare, change)

    async def ListMachines(
        self, request: pb.ListMachinesRequest, context: Context
    ) -> pb.ListMachinesResponse:
        """Return all machines."""
        require_caller_of(self._office)
        async with self._store.read() as records:
            views = await view_machines(records, self._monitor)
        return pb.ListMachinesResponse(machines=[encode.machine(view) for view in views])

    async def PauseMachine(self, request: pb.PauseMachineRequest, context: Context) -> pb.Machine:
        """Stop giving jobs to a machine."""

        async def change(records: Records) -> pb.Machine:
            await set_paused(records, request.machine_id, paused=True)
            return await self._view(records, request.machine_id)

        return await self._changes.make(request, pb.Machine, change)

    async def ResumeMachine(self, request: pb.ResumeMachineRequest, context: Context) -> pb.Machine:
        """Give jobs to a machine again."""

        async def change(records: Records) -> pb.Machine:
            await set_paused(records, request.machine_id, paused=False)
            return await self._view(records, request.machine_id)

        return await self._changes.make(request, pb.Machine, change)

    async def _view(self, records: Records, machine_id: str) -> pb.Machine:
        views = await view_machines(records, self._monitor)
        return next(encode.machine(v) for v in views if v.machine.machine_id == machine_id)
