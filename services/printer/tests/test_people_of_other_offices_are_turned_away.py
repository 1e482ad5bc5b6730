from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from passport.printer.v1 import (
    admin_pb2,
    history_pb2,
    jobs_pb2,
    machines_pb2,
    stock_pb2,
    two_persons_pb2,
)

from .office import TIMEOUT, Office, reason
from .signed_clearances import a_payload, request_id

BOOKS = stock_pb2.BookRange(first_serial="AB000001", count=1)
JOB: dict[str, Any] = {"request_id": request_id(), "job_id": "j", "reason": "r"}
MOMENT = Timestamp(seconds=1541390400)
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
        "PrintJobs", "GiveUpAttempt",
        jobs_pb2.GiveUpAttemptRequest(**JOB, attempt_id="a"), "operator",
    ),
    (
        "PrintJobs", "ConfirmMachineOff",
        jobs_pb2.ConfirmMachineOffRequest(
            **JOB, attempt_id="a", reason_code=two_persons_pb2.DECISION_REASON_OTHER
        ),
        "operator",
    ),
    (
        "PrintJobs", "ReleasePrintJob",
        jobs_pb2.ReleasePrintJobRequest(
            **JOB, reason_code=two_persons_pb2.DECISION_REASON_OTHER
        ),
        "operator",
    ),
    (
        "Machines", "RegisterMachine",
        machines_pb2.RegisterMachineRequest(
            request_id=MACHINE["request_id"], machine_id="M1", uri="ipp://127.0.0.1:9/ipp/print"
        ),
        "administrator",
    ),
    ("Machines", "ListMachines", machines_pb2.ListMachinesRequest(), "operator"),
    ("Machines", "PauseMachine", machines_pb2.PauseMachineRequest(**MACHINE), "operator"),
    ("Machines", "ResumeMachine", machines_pb2.ResumeMachineRequest(**MACHINE), "operator"),
    ("Machines", "PrintSample", machines_pb2.PrintSampleRequest(**MACHINE, reason="r"), "operator"),
    (
        "Machines", "ScheduleMaintenance",
        machines_pb2.ScheduleMaintenanceRequest(
            **MACHINE, starts_at=MOMENT, ends_at=MOMENT, reason="r"
        ),
        "operator",
    ),
    (
        "Machines", "CancelMaintenance",
        machines_pb2.CancelMaintenanceRequest(**MACHINE, window_id="w"), "operator",
    ),
    ("Machines", "GetThroughput", machines_pb2.GetThroughputRequest(), "operator"),
    (
        "Stock", "ReceiveBooks",
        stock_pb2.ReceiveBooksRequest(request_id=request_id(), books=BOOKS, delivery_note="N1"),
        "operator",
    ),
    ("Stock", "LoadBooks", stock_pb2.LoadBooksRequest(**MACHINE, books=BOOKS), "operator"),
    ("Stock", "UnloadBooks", stock_pb2.UnloadBooksRequest(**MACHINE, books=BOOKS), "operator"),
    (
        "Stock", "RemoveBooks",
        stock_pb2.RemoveBooksRequest(
            request_id=request_id(), books=BOOKS, removal=stock_pb2.BOOK_REMOVAL_DAMAGED,
            reason=two_persons_pb2.DECISION_REASON_BOOK_DAMAGED, explanation="wet",
        ),
        "operator",
    ),
    (
        "Stock", "RecordHandover",
        stock_pb2.RecordHandoverRequest(
            request_id=request_id(), job_id="j", book_serial="AB000001"
        ),
        "officer",
    ),
    ("Stock", "CountBooks", stock_pb2.CountBooksRequest(request_id=request_id()), "operator"),
    ("Stock", "ListOpenItems", stock_pb2.ListOpenItemsRequest(), "operator"),
    (
        "Stock", "ResolveOpenItem",
        stock_pb2.ResolveOpenItemRequest(
            request_id=request_id(), item_id=1, explanation="e",
            reason=two_persons_pb2.DECISION_REASON_OTHER,
        ),
        "administrator",
    ),
    ("Stock", "GetForecast", stock_pb2.GetForecastRequest(), "operator"),
    ("Stock", "GetBook", stock_pb2.GetBookRequest(serial="AB000001"), "operator"),
    ("Stock", "ListBooks", stock_pb2.ListBooksRequest(), "operator"),
    ("History", "ListJobEvents", history_pb2.ListJobEventsRequest(job_id="j"), "operator"),
    ("History", "ListBookEvents", history_pb2.ListBookEventsRequest(serial="AB000001"), "operator"),
    (
        "History", "ListMachineEvents",
        history_pb2.ListMachineEventsRequest(machine_id="M1"), "operator",
    ),
    ("PrinterAdmin", "GetStatus", admin_pb2.GetStatusRequest(), "operator"),
    ("PrinterAdmin", "GetBalance", admin_pb2.GetBalanceRequest(), "operator"),
    (
        "PrinterAdmin", "PutTrustedKey",
        admin_pb2.PutTrustedKeyRequest(request_id=request_id(), kid="k"), "administrator",
    ),
    ("PrinterAdmin", "ListTrustedKeys", admin_pb2.ListTrustedKeysRequest(), "operator"),
    (
        "PrinterAdmin", "RevokeClearance",
        admin_pb2.RevokeClearanceRequest(request_id=request_id(), clearance_id="c", reason="r"),
        "administrator",
    ),
    (
        "PrinterAdmin", "ListRestoreFindings",
        admin_pb2.ListRestoreFindingsRequest(), "operator",
    ),
    (
        "PrinterAdmin", "ReleaseAfterRestore",
        admin_pb2.ReleaseAfterRestoreRequest(request_id=request_id(), explanation="e"), "operator",
    ),
]  # fmt: skip


def test_no_call_is_forgotten_here() -> None:
    methods = {
        (service.name, method.name)
        for module in (admin_pb2, history_pb2, jobs_pb2, machines_pb2, stock_pb2)
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
        await office.stub("Machines", "administrator").RegisterMachine(request, timeout=20.0)

    assert reason(refusal.value) == ("MACHINE_UNREACHABLE", "uri")
