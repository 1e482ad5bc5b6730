import time

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from passport.printer.v1 import admin_pb2, history_pb2, machines_pb2

from .office import Office, reason
from .signed_clearances import request_id

HOUR = 3600
NOW = int(time.time())


def a_window(
    starts: int, ends: int, machine_id: str = "M1"
) -> machines_pb2.ScheduleMaintenanceRequest:
    """Return a request for maintenance, by seconds from now."""
    return machines_pb2.ScheduleMaintenanceRequest(
        request_id=request_id(),
        machine_id=machine_id,
        starts_at=Timestamp(seconds=NOW + starts),
        ends_at=Timestamp(seconds=NOW + ends),
        reason="new rollers",
    )


async def test_a_machine_rests_while_it_lasts_and_prints_once_it_is_cancelled(
    office: Office,
) -> None:
    await office.machine(books=2)
    machine = await office.call("Machines", "ScheduleMaintenance", a_window(-1, HOUR))
    job = await office.print()
    status = await office.call(
        "PrinterAdmin", "GetStatus", admin_pb2.GetStatusRequest(), "administrator"
    )

    [window] = machine.maintenance
    cancel = machines_pb2.CancelMaintenanceRequest(
        request_id=request_id(), machine_id="M1", window_id=window.window_id, reason="done"
    )
    cancelled = await office.call("Machines", "CancelMaintenance", cancel, "administrator")
    await office.until(job.job_id, "QUALITY_CHECK")
    history = await office.call(
        "History", "ListMachineEvents", history_pb2.ListMachineEventsRequest(machine_id="M1")
    )

    assert machine.state == machines_pb2.MACHINE_STATE_MAINTENANCE
    assert "new rollers" in status.blocking_reasons[0]
    assert list(cancelled.maintenance) == []
    assert [(event.reason, event.maintenance) for event in history.events[-2:]] == [
        ("new rollers", window),
        ("done", window),
    ]


@pytest.mark.parametrize(
    ("starts", "ends", "machine_id", "refusal"),
    [
        (HOUR, HOUR, "M1", ("INVALID_REQUEST", "ends_at")),
        (-HOUR, -1, "M1", ("INVALID_REQUEST", "ends_at")),
        (0, HOUR, "M9", ("MACHINE_NOT_FOUND", "machine_id")),
    ],
)
async def test_what_is_no_window_of_a_machine_is_refused(
    office: Office, starts: int, ends: int, machine_id: str, refusal: tuple[str, str]
) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await office.call("Machines", "ScheduleMaintenance", a_window(starts, ends, machine_id))

    assert reason(error.value) == refusal
