"""passport.printer.v1.Machines."""

from collections.abc import Callable

from passport.printer.v1 import machines_pb2 as pb
from passport.printer.v1 import machines_pb2_grpc
from servicekit.grpc.server import Context

from printer.domain.machine import Sighting
from printer.service import encode
from printer.service.desk import Desk
from printer.use_cases.machines import probe, register_machine, set_paused, view_machines
from printer.use_cases.records import Records
from printer.use_cases.tend import Link


class Machines(machines_pb2_grpc.MachinesServicer):
    """Personalisation machines of one office."""

    def __init__(self, desk: Desk, links: Callable[[str], Link]) -> None:
        self._desk = desk
        self._links = links

    async def RegisterMachine(
        self, request: pb.RegisterMachineRequest, context: Context
    ) -> pb.Machine:
        """Make a machine known."""

        async def prepare() -> Sighting:
            return await probe(self._links, request.uri)

        async def act(records: Records, sighting: Sighting) -> pb.Machine:
            await register_machine(records, request.machine_id, request.uri, sighting)
            self._desk.floor.heard(request.machine_id, sighting)
            return await self._view(records, request.machine_id)

        return await self._desk.prepared_change(request, pb.Machine, prepare, act)

    async def ListMachines(
        self, request: pb.ListMachinesRequest, context: Context
    ) -> pb.ListMachinesResponse:
        """All machines."""
        self._desk.admit()
        async with self._desk.store.read() as records:
            views = await view_machines(records, self._desk.floor)
        return pb.ListMachinesResponse(machines=[encode.machine(view) for view in views])

    async def PauseMachine(self, request: pb.PauseMachineRequest, context: Context) -> pb.Machine:
        """Give a machine no further jobs."""

        async def act(records: Records) -> pb.Machine:
            await set_paused(records, request.machine_id, paused=True)
            return await self._view(records, request.machine_id)

        return await self._desk.change(request, pb.Machine, act)

    async def ResumeMachine(self, request: pb.ResumeMachineRequest, context: Context) -> pb.Machine:
        """Give a machine jobs again."""

        async def act(records: Records) -> pb.Machine:
            await set_paused(records, request.machine_id, paused=False)
            return await self._view(records, request.machine_id)

        return await self._desk.change(request, pb.Machine, act)

    async def _view(self, records: Records, machine_id: str) -> pb.Machine:
        views = await view_machines(records, self._desk.floor)
        return next(encode.machine(v) for v in views if v.machine.machine_id == machine_id)
