import grpc
import pytest
from passport.printer.v1 import admin_pb2, stock_pb2

from .office import Office, reason
from .signed_clearances import request_id


def _delivery(first: str, count: int) -> stock_pb2.ReceiveBooksRequest:
    return stock_pb2.ReceiveBooksRequest(
        request_id=request_id(),
        books=stock_pb2.BookRange(first_serial=first, count=count),
        delivery_note="N1",
    )


def _hand_out(first: str, count: int, machine_id: str = "M1") -> stock_pb2.LoadBooksRequest:
    return stock_pb2.LoadBooksRequest(
        request_id=request_id(),
        machine_id=machine_id,
        books=stock_pb2.BookRange(first_serial=first, count=count),
    )


async def _refused(office: Office, method: str, request: object) -> str:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.call("Stock", method, request)
    return reason(refusal.value)[0]


async def _balance(office: Office) -> stock_pb2.BookBalance:
    balance = await office.call("PrinterAdmin", "GetBalance", admin_pb2.GetBalanceRequest())
    assert isinstance(balance, stock_pb2.BookBalance)
    return balance


async def test_deliveries_and_hand_outs_add_up(office: Office) -> None:
    await office.machine(books=0)

    received = await office.call("Stock", "ReceiveBooks", _delivery("AB000001", 100))
    loaded = await office.call("Stock", "LoadBooks", _hand_out("AB000041", 20))

    assert received == stock_pb2.BookBalance(received=100, safe=100)
    assert loaded == stock_pb2.BookBalance(received=100, safe=80, loaded=20)
    assert await _balance(office) == loaded


async def test_what_cannot_be_moved_moves_nothing(office: Office) -> None:
    await office.machine(books=0)
    await office.call("Stock", "ReceiveBooks", _delivery("AB000001", 10))
    await office.call("Stock", "LoadBooks", _hand_out("AB000001", 2))

    refusals = [
        await _refused(office, "ReceiveBooks", _delivery("AB000010", 5)),
        await _refused(office, "ReceiveBooks", _delivery("AB999999", 2)),
        await _refused(office, "LoadBooks", _hand_out("AB000002", 3)),
        await _refused(office, "LoadBooks", _hand_out("AB000009", 3)),
        await _refused(office, "LoadBooks", _hand_out("AB000005", 1, "M9")),
    ]

    assert refusals == [
        "BOOKS_ALREADY_RECEIVED",
        "BAD_RANGE",
        "BOOKS_NOT_IN_SAFE",
        "BOOKS_NOT_IN_SAFE",
        "MACHINE_NOT_FOUND",
    ]
    assert await _balance(office) == stock_pb2.BookBalance(received=10, safe=8, loaded=2)


async def test_a_delivery_repeated_by_its_request_id_is_taken_once(office: Office) -> None:
    delivery = _delivery("AB000001", 10)

    first = await office.call("Stock", "ReceiveBooks", delivery)
    again = await office.call("Stock", "ReceiveBooks", delivery)

    assert again == first == await _balance(office)


async def test_books_are_listed_page_by_page(office: Office) -> None:
    await office.call("Stock", "ReceiveBooks", _delivery("AB000001", 25))
    serials, token = [], ""
    for _ in range(3):
        page = await office.call(
            "Stock", "ListBooks", stock_pb2.ListBooksRequest(page_size=10, page_token=token)
        )
        serials += [book.serial for book in page.books]
        token = page.next_page_token

    assert serials == [f"AB{n:06d}" for n in range(1, 26)]
    assert token == ""
    assert await _refused(office, "ListBooks", stock_pb2.ListBooksRequest(page_token="?")) == (
        "BAD_PAGE_TOKEN"
    )
