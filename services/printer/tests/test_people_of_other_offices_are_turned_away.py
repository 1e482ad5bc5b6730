import grpc
import pytest
from passport.printer.v1 import admin_pb2, machines_pb2
from passport.printer.v1 import jobs_pb2 as jobs

from .office import TIMEOUT, Office, reason


async def test_another_office_sees_nothing_and_the_nation_does(office: Office) -> None:
    stranger = office.stub("PrintJobs", "operator", office="MTP")
    nation = office.stub("PrinterAdmin", "administrator", office="national")

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await stranger.ListPrintJobs(jobs.ListPrintJobsRequest(), timeout=TIMEOUT)
    status = await nation.GetStatus(admin_pb2.GetStatusRequest(), timeout=TIMEOUT)

    assert reason(refusal.value)[0] == "NOT_PERMITTED"
    assert status.office == "BJM"
    assert "no machine is registered" in status.blocking_reasons


async def test_a_machine_that_does_not_answer_is_not_registered(office: Office) -> None:
    request = machines_pb2.RegisterMachineRequest(
        request_id="12345678", machine_id="M1", uri="ipp://127.0.0.1:9/ipp/print"
    )

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.stub("Machines", "administrator").RegisterMachine(request, timeout=3.0)

    assert reason(refusal.value) == ("MACHINE_UNREACHABLE", "uri")
