import grpc
import pytest
from passport.printer.v1 import stock_pb2 as pb
from passport.printer.v1 import two_persons_pb2

from .office import Office, reason
from .signed_clearances import request_id


def _books(first: str, count: int) -> pb.BookRange:
    return pb.BookRange(first_serial=first, count=count)


def _resolve(item_id: int) -> pb.ResolveOpenItemRequest:
    return pb.ResolveOpenItemRequest(
        request_id=request_id(), item_id=item_id, explanation="they lay behind the shelf",
        reason=two_persons_pb2.DECISION_REASON_COUNTED_WRONGLY,
    )  # fmt: skip


async def test_a_difference_has_an_owner_until_another_person_resolves_it(office: Office) -> None:
    received = pb.ReceiveBooksRequest(
        request_id=request_id(), books=_books("C0000001", 10), delivery_note="N1"
    )
    await office.call("Stock", "ReceiveBooks", received)

    request = pb.CountBooksRequest(
        request_id=request_id(), found=[_books("C0000001", 4), _books("C0000006", 3)]
    )
    count = await office.call("Stock", "CountBooks", request)
    again = await office.call("Stock", "CountBooks", request)
    first = await office.call("Stock", "ListOpenItems", pb.ListOpenItemsRequest(page_size=1))
    rest = await office.call(
        "Stock", "ListOpenItems", pb.ListOpenItemsRequest(page_token=first.next_page_token)
    )
    [item] = first.items
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.call("Stock", "ResolveOpenItem", _resolve(item.item_id), "administrator")
    resolved = await office.call(
        "Stock", "ResolveOpenItem", _resolve(item.item_id), "administrator", "dewi"
    )
    left = await office.call("Stock", "ListOpenItems", pb.ListOpenItemsRequest())

    assert again == count
    assert (count.books_found, count.books_recorded, count.balance.safe) == (7, 10, 10)
    assert [*first.items, *rest.items] == list(count.opened)
    assert (item.kind, item.books) == (pb.OPEN_ITEM_KIND_MISSING_BOOKS, _books("C0000005", 1))
    assert (item.owner_role, item.machine_id) == ("administrator", "")
    assert item.found_by.endswith("/user/siti/role/operator")
    assert item.since.seconds > 0
    assert not item.HasField("resolved_at")
    assert reason(refusal.value)[0] == "SECOND_PERSON_REQUIRED"
    assert resolved.resolved_by.endswith("/user/dewi/role/administrator")
    assert resolved.reason == two_persons_pb2.DECISION_REASON_COUNTED_WRONGLY
    assert list(left.items) == list(rest.items)


async def test_a_forecast_without_use_has_no_figure_of_it(office: Office) -> None:
    await office.machine(books=2)

    request = pb.GetForecastRequest(lead_time_days=14, timezone="Asia/Makassar")
    forecast = await office.call("Stock", "GetForecast", request, "service:issuance")
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.call("Stock", "GetForecast", pb.GetForecastRequest(timezone="../etc/passwd"))

    assert forecast == pb.Forecast(blank_books=2)
    assert reason(refusal.value) == ("INVALID_REQUEST", "timezone")
