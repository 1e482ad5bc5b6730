from passport.printer.v1 import history_pb2 as history
from passport.printer.v1 import jobs_pb2 as jobs
from passport.printer.v1 import machines_pb2, stock_pb2

from .office import Office
from .signed_clearances import request_id

OPERATOR = "spiffe://id/office/BJM/user/siti/role/operator"
ADMINISTRATOR = "spiffe://id/office/BJM/user/siti/role/administrator"
ISSUANCE = "spiffe://id/office/BJM/service/issuance"


async def _printed(office: Office) -> jobs.PrintJob:
    await office.machine(books=3)
    job = await office.print("X0000001")
    return await office.check_quality(await office.until(job.job_id, "QUALITY_CHECK"))


async def test_of_a_job(office: Office) -> None:
    job = await _printed(office)

    request = history.ListJobEventsRequest(job_id=job.job_id)
    answer = await office.call("History", "ListJobEvents", request)

    assert [(event.revision, event.event, event.who) for event in answer.events] == [
        (1, "CREATE", ISSUANCE),
        (2, "ASSIGN", "service:printer"),
        (3, "SEND", "service:printer"),
        (4, "PRINT", "service:printer"),
        (5, "AWAIT_QUALITY_CHECK", "service:printer"),
        (6, "PASS_QUALITY_CHECK", OPERATOR),
    ]
    assert answer.events[5].description == "the operator found the book good"


async def test_of_a_book(office: Office) -> None:
    job = await _printed(office)

    request = history.ListBookEventsRequest(serial="B1000001")
    answer = await office.call("History", "ListBookEvents", request)

    assert [
        (
            stock_pb2.BookState.Name(event.state_after)[11:],
            event.who,
            event.books.count,
            event.job_id,
        )
        for event in answer.events
    ] == [
        ("SAFE", OPERATOR, 3, ""),
        ("LOADED", OPERATOR, 3, ""),
        ("ASSIGNED", "service:printer", 1, job.job_id),
        ("ISSUED", OPERATOR, 1, job.job_id),
    ]
    assert [event.delivery_note for event in answer.events] == ["N1", "", "", ""]
    assert [event.machine_id for event in answer.events] == ["", "M1", "M1", "M1"]


async def test_of_a_machine(office: Office) -> None:
    await office.machine(books=3)
    cleaning = machines_pb2.PauseMachineRequest(
        request_id=request_id(), machine_id="M1", reason="cleaning"
    )
    await office.call("Machines", "PauseMachine", cleaning)
    await office.resume("M1")
    unload = stock_pb2.UnloadBooksRequest(
        request_id=request_id(),
        machine_id="M1",
        books=stock_pb2.BookRange(first_serial="B1000002", count=2),
        reason="end of day",
    )
    balance = await office.call("Stock", "UnloadBooks", unload)

    request = history.ListMachineEventsRequest(machine_id="M1")
    answer = await office.call("History", "ListMachineEvents", request)

    assert (balance.safe, balance.loaded) == (2, 1)
    assert [
        (history.MachineAction.Name(event.action)[15:], event.who, event.reason)
        for event in answer.events
    ] == [
        ("REGISTERED", ADMINISTRATOR, ""),
        ("LOADED", OPERATOR, ""),
        ("PAUSED", OPERATOR, "cleaning"),
        ("RESUMED", OPERATOR, ""),
        ("UNLOADED", OPERATOR, "end of day"),
    ]
    assert answer.events[0].uri == office.machines["M1"].uri
    assert answer.events[4].books == stock_pb2.BookRange(first_serial="B1000002", count=2)


async def test_a_page_goes_on_after_the_one_before(office: Office) -> None:
    await office.machine(books=3)
    request = history.ListBookEventsRequest(serial="B1000001", page_size=1)
    first = await office.call("History", "ListBookEvents", request)
    request.page_token = first.next_page_token
    second = await office.call("History", "ListBookEvents", request)

    assert [event.state_after for event in [*first.events, *second.events]] == [
        stock_pb2.BOOK_STATE_SAFE,
        stock_pb2.BOOK_STATE_LOADED,
    ]
    assert second.next_page_token == ""
