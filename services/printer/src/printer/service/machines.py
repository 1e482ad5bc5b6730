"""Servicer of passport.printer.v1.Machines."""

from collections.abc import Callable

from passport.printer.v1 import machines_pb2 as pb
from passport.printer.v1 import machines_pb2_grpc
from servicekit.grpc.server import Context
from servicekit.process.clock import Clock

from printer.domain.printer_client import Connect, PrinterStatus
from printer.service import decode
from printer.service import encode_machines as encode
from printer.service.caller import attribution, require_caller_of
from printer.service.idempotent_changes import IdempotentChanges
from printer.store.records import Records, Store
from printer.use_cases.machine_address import MachineAddressCheck
from printer.use_cases.machine_monitor import MachineMonitor
from printer.use_cases.machines import (
    read_machine_status,
    register_machine,
    set_paused,
    view_machines,
)
from printer.use_cases.maintenance import cancel_maintenance, schedule_maintenance
from printer.use_cases.measure_throughput import measure_throughput
from printer.use_cases.print_sample import request_sample


class Machines(machines_pb2_grpc.MachinesServicer):
    """Personalisation machines of one office."""

    def __init__(
        self,
        office: str,
        store: Store,
        changes: IdempotentChanges,
        monitor: MachineMonitor,
        connect: Connect,
        check_address: MachineAddressCheck,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._office = office
        self._store = store
        self._changes = changes
        self._monitor = monitor
        self._connect = connect
        self._check_address = check_address
        self._clock = clock
        self._new_id = new_id

    async def RegisterMachine(
        self, request: pb.RegisterMachineRequest, context: Context
    ) -> pb.Machine:
        """Add a machine, or change address and certificate of a known one."""
        certificate = request.certificate_sha256 or None

        async def prepare() -> PrinterStatus:
            await self._check_address(request.uri, certificate)
            return await read_machine_status(self._connect, request.uri, certificate)

        async def change(records: Records, status: PrinterStatus) -> pb.Machine:
            by = attribution(self._clock)
            await register_machine(
                records, request.machine_id, request.uri, certificate, status, by
            )
            self._monitor.record_status(request.machine_id, status)
            observed = self._monitor.observations(request.machine_id)
            await records.machine_observations.put(request.machine_id, observed)
            return await self._view(records, request.machine_id)

        return await self._changes.prepare_and_make(request, pb.Machine, prepare, change)

    async def ListMachines(
        self, request: pb.ListMachinesRequest, context: Context
    ) -> pb.ListMachinesResponse:
        """Return all machines."""
        require_caller_of(self._office)
        async with self._store.read() as records:
            views = await view_machines(records, self._monitor, self._clock.now())
        return pb.ListMachinesResponse(machines=[encode.machine(view) for view in views])

    async def PauseMachine(self, request: pb.PauseMachineRequest, context: Context) -> pb.Machine:
        """Stop giving jobs to a machine."""

        async def change(records: Records) -> pb.Machine:
            by = attribution(self._clock)
            await set_paused(records, request.machine_id, by, request.reason, paused=True)
            return await self._view(records, request.machine_id)

        return await self._changes.make(request, pb.Machine, change)

    async def ResumeMachine(self, request: pb.ResumeMachineRequest, context: Context) -> pb.Machine:
        """Give jobs to a machine again."""

        async def change(records: Records) -> pb.Machine:
            by = attribution(self._clock)
            await set_paused(records, request.machine_id, by, request.reason, paused=False)
            return await self._view(records, request.machine_id)

        return await self._changes.make(request, pb.Machine, change)

    async def PrintSample(
        self, request: pb.PrintSampleRequest, context: Context
    ) -> pb.PrintSampleResponse:
        """Print a sample page in a blank book of a machine once two persons agree."""

        async def change(records: Records) -> pb.PrintSampleResponse:
            by, sample_id = attribution(self._clock), f"sample-{self._new_id()}"
            return encode.requested_sample(
                await request_sample(records, request.machine_id, request.reason, by, sample_id)
            )

        return await self._changes.make(request, pb.PrintSampleResponse, change)

    async def ScheduleMaintenance(
        self, request: pb.ScheduleMaintenanceRequest, context: Context
    ) -> pb.Machine:
        """Schedule a time in which a machine gets no jobs."""

        async def change(records: Records) -> pb.Machine:
            by = attribution(self._clock)
            window = decode.maintenance_window(request, self._new_id(), by)
            await schedule_maintenance(records, window)
            return await self._view(records, request.machine_id)

        return await self._changes.make(request, pb.Machine, change)

    async def CancelMaintenance(
        self, request: pb.CancelMaintenanceRequest, context: Context
    ) -> pb.Machine:
        """Cancel a time in which a machine would get no jobs, or end it."""

        async def change(records: Records) -> pb.Machine:
            by = attribution(self._clock)
            await cancel_maintenance(
                records, request.machine_id, request.window_id, by, request.reason
            )
            return await self._view(records, request.machine_id)

        return await self._changes.make(request, pb.Machine, change)

    async def GetThroughput(
        self, request: pb.GetThroughputRequest, context: Context
    ) -> pb.GetThroughputResponse:
        """Return what the machines did in a period."""
        require_caller_of(self._office)
        period = decode.period(request, self._clock.now())
        zone = decode.zone(request.timezone)
        async with self._store.read() as records:
            machines, total = await measure_throughput(records, self._monitor, period, zone)
        return encode.throughput(period, machines, total)

    async def _view(self, records: Records, machine_id: str) -> pb.Machine:
        views = await view_machines(records, self._monitor, self._clock.now())
        return next(encode.machine(v) for v in views if v.machine.machine_id == machine_id)
