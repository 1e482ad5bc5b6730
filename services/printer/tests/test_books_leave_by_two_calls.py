from typing import Any

import grpc
import pytest
from passport.printer.v1 import history_pb2, stock_pb2, two_persons_pb2

from .office import Office, reason
from .signed_clearances import request_id


def _transfer(**changes: Any) -> stock_pb2.RemoveBooksRequest:
    request = stock_pb2.RemoveBooksRequest(
        request_id=request_id(),
        books=stock_pb2.BookRange(first_serial="C0000001", count=3),
        removal=stock_pb2.BOOK_REMOVAL_TRANSFER,
        destination="MTP",
        delivery_note="T1",
        reason=two_persons_pb2.DECISION_REASON_SHORTAGE_ELSEWHERE,
        explanation="they have none left",
    )
    for name, value in changes.items():
        setattr(request, name, value)
    return request


async def _received(office: Office) -> None:
    books = stock_pb2.BookRange(first_serial="C0000001", count=5)
    await office.call(
        "Stock",
        "ReceiveBooks",
        stock_pb2.ReceiveBooksRequest(request_id=request_id(), books=books, delivery_note="N1"),
    )


async def test_books_are_sent_to_another_office(office: Office) -> None:
    await _received(office)

    proposed = await office.call("Stock", "RemoveBooks", _transfer(), user="siti")
    agreed = await office.call("Stock", "RemoveBooks", _transfer(), user="budi")

    assert proposed.balance == stock_pb2.BookBalance(received=5, safe=5)
    assert proposed.proposal.action == two_persons_pb2.PROPOSED_ACTION_TRANSFER_BOOKS
    assert agreed.balance == stock_pb2.BookBalance(received=5, safe=2, transferred=3)
    assert not agreed.HasField("proposal")
    request = history_pb2.ListBookEventsRequest(serial="C0000003")
    [_, event] = (await office.call("History", "ListBookEvents", request)).events
    assert (event.destination, event.delivery_note) == ("MTP", "T1")
    assert event.proposed_by.endswith("/user/siti/role/operator")
    assert event.who.endswith("/user/budi/role/operator")


async def test_nothing_is_sent_without_a_destination_and_a_note(office: Office) -> None:
    refusals = []
    for changes in ({"destination": ""}, {"delivery_note": ""}, {"explanation": ""}):
        with pytest.raises(grpc.aio.AioRpcError) as refusal:
            await office.call("Stock", "RemoveBooks", _transfer(**changes))
        refusals.append(reason(refusal.value))

    assert refusals == [
        ("INVALID_REQUEST", "destination"),
        ("INVALID_REQUEST", "delivery_note"),
        ("INVALID_REQUEST", "explanation"),
    ]


async def test_a_finished_book_is_handed_over_once(office: Office) -> None:
    await office.machine(books=1)
    job = await office.print("X0000001")
    job = await office.check_quality(await office.until(job.job_id, "QUALITY_CHECK"))

    async def hand_over(role: str, user: str) -> stock_pb2.RecordHandoverResponse:
        request = stock_pb2.RecordHandoverRequest(
            request_id=request_id(), job_id=job.job_id, book_serial=job.book_serial
        )
        answer = await office.call("Stock", "RecordHandover", request, role, user)
        assert isinstance(answer, stock_pb2.RecordHandoverResponse)
        return answer

    given = await hand_over("operator", "siti")
    taken = await hand_over("officer", "dewi")
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await hand_over("officer", "budi")

    assert given.book.state == stock_pb2.BOOK_STATE_ISSUED
    assert given.proposal.proposed_by.endswith("/user/siti/role/operator")
    assert taken.book.state == stock_pb2.BOOK_STATE_HANDED_OVER
    assert reason(refusal.value) == ("ALREADY_HANDED_OVER", "book_serial")
