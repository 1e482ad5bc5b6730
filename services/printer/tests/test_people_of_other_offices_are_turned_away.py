from typing import Any

import grpc
import pytest
from passport.printer.v1 import admin_pb2, jobs_pb2, machines_pb2, stock_pb2

from .office import TIMEOUT, Office, reason
from .signed_clearances import a_payload, request_id

BOOKS = stock_pb2.BookRange(first_serial="AB000001", count=1)
JOB = {"request_id": request_id(), "job_id": "j", "reason": "r"}
MACHINE = {"request_id": request_id(), "machine_id": "M1"}

# Every call of the service, with a role that its policy lets in.
CALLS: list[tuple[str, str, Any, str]] = [
    ("PrintJobs", "CreatePrintJob", None, "service:issuance"),
    ("PrintJobs", "GetPrintJob", jobs_pb2.GetPrintJobRequest(job_id="j"), "operator"),
    ("PrintJobs", "ListPrintJobs", jobs_pb2.ListPrintJobsRequest(), "operator"),
    ("PrintJobs", "WatchPrintJobs", jobs_pb2.WatchPrintJobsRequest(), "operator"),
    ("PrintJobs", "CancelPrintJob", jobs_pb2.CancelPrintJobRequest(**JOB), "operator"),
    (
        "PrintJobs", "RecordQualityCheck",
        jobs_pb2.RecordQualityCheckRequest(
            request_id=request_id(), job_id="j", book_serial="AB000001", mrz="<" * 88, passed=True
        ),
        "operator",
    ),
    (
        "PrintJobs", "ResolveUnknownOutcome",
        jobs_pb2.ResolveUnknownOutcomeRequest(
            **JOB, book_serial="AB000001", finding=jobs_pb2.FINDING_PRINTED
        ),
        "operator",
    ),
    (
        "Machines", "RegisterMachine",
        machines_pb2.RegisterMachineRequest(**MACHINE, uri="ipp://127.0.0.1:9/ipp/print"),
        "administrator",
    ),
    ("Machines", "ListMachines", machines_pb2.ListMachinesRequest(), "operator"),
    ("Machines", "PauseMachine", machines_pb2.PauseMachineRequest(**MACHINE), "operator"),
    ("Machines", "ResumeMachine", machines_pb2.ResumeMachineRequest(**MACHINE), "operator"),
    (
        "Stock", "ReceiveBooks",
        stock_pb2.ReceiveBooksRequest(request_id=request_id(), books=BOOKS, delivery_note="N1"),
        "operator",
    ),
    ("Stock", "LoadBooks", stock_pb2.LoadBooksRequest(**MACHINE, books=BOOKS), "operator"),
    ("Stock", "ListBooks", stock_pb2.ListBooksRequest(), "operator"),
    ("PrinterAdmin", "GetStatus", admin_pb2.GetStatusRequest(), "administrator"),
    ("PrinterAdmin", "GetBalance", admin_pb2.GetBalanceRequest(), "operator"),
]  # fmt: skip


def test_no_call_is_forgotten_here() -> None:
    methods = {
        (service.name, method.name)
        for module in (admin_pb2, jobs_pb2, machines_pb2, stock_pb2)
        for service in module.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    }

    assert {(service, method) for service, method, _, _ in CALLS} == methods


async def _code(office: Office, place: str, call: tuple[str, str, Any, str]) -> str:
    """The reason for which a call from a place is refused; empty where it is answered."""
    service, method, request, role = call
    if request is None:
        request = office.issuance.order(a_payload())
    answer = getattr(office.stub(service, role, office=place), method)(request, timeout=TIMEOUT)
    try:
        if method == "WatchPrintJobs":
            answer = anext(aiter(answer))
        await answer
    except grpc.aio.AioRpcError as refusal:
        return reason(refusal)[0]
    return ""


async def test_another_office_may_call_nothing(office: Office) -> None:
    codes = {call[:2]: await _code(office, "MTP", call) for call in CALLS}

    assert codes == {call[:2]: "NOT_PERMITTED" for call in CALLS}
    assert (await office.books()) == {}


async def test_its_own_people_may(office: Office) -> None:
    """So that the refusals above are for the office and not for the role."""
    codes = [await _code(office, "BJM", call) for call in CALLS]

    assert "NOT_PERMITTED" not in codes


async def test_the_nation_sees_how_printing_is(office: Office) -> None:
    nation = office.stub("PrinterAdmin", "administrator", office="national")

    status = await nation.GetStatus(admin_pb2.GetStatusRequest(), timeout=TIMEOUT)

    assert status.office == "BJM"
    assert "no machine is registered" in status.blocking_reasons


async def test_a_machine_that_does_not_answer_is_not_registered(office: Office) -> None:
    request = machines_pb2.RegisterMachineRequest(
        request_id="12345678", machine_id="M1", uri="ipp://127.0.0.1:9/ipp/print"
    )

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.stub("Machines", "administrator").RegisterMachine(request, timeout=3.0)

    assert reason(refusal.value) == ("MACHINE_UNREACHABLE", "uri")
