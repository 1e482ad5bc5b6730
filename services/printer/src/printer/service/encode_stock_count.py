"""Encode counts of the stock, their differences and forecasts as messages of the contract."""

from passport.printer.v1 import stock_pb2 as pb
from servicekit.grpc.enum_codes import enum_codes

from printer.domain.open_item import OWNER_ROLE, OpenItem, OpenItemKind
from printer.service.encode_history import book_range
from printer.service.encode_stock import book_balance
from printer.service.encode_values import DECISION_REASONS, calendar_date, timestamp
from printer.use_cases.count_books import StockCount
from printer.use_cases.forecast import StockForecast
from printer.use_cases.stock import BookBalance

_KINDS = enum_codes(OpenItemKind, pb.OpenItemKind)


def stock_count(count: StockCount, balance: BookBalance) -> pb.CountBooksResponse:
    """Encode what a count showed, with the number of books by state."""
    return pb.CountBooksResponse(
        books_found=count.books_found,
        books_recorded=count.books_recorded,
        opened=[open_item(item) for item in count.opened],
        resolved=[open_item(item) for item in count.resolved],
        balance=book_balance(balance),
    )


def open_item(item: OpenItem) -> pb.OpenItem:
    """Encode a difference between a count and the records."""
    message = pb.OpenItem(
        item_id=item.item_id,
        kind=_KINDS[item.kind],
        machine_id=item.machine_id,
        books=book_range(item.books),
        since=timestamp(item.found.at),
        found_by=item.found.who,
        owner_role=OWNER_ROLE,
    )
    if resolution := item.resolution:
        message.resolved_at.CopyFrom(timestamp(resolution.by.at))
        message.resolved_by = resolution.by.who
        message.explanation = resolution.explanation
        if resolution.reason:
            message.reason = DECISION_REASONS[resolution.reason]
    return message


def forecast(forecast: StockForecast) -> pb.Forecast:
    """Encode how long the blank books last."""
    use = forecast.use
    message = pb.Forecast(
        blank_books=forecast.blank_books,
        queued_jobs=forecast.queued_jobs,
        days_measured=use.days,
        working_days=len(use.by_day),
        books_used=sum(use.by_day),
    )
    if use.per_working_day is not None:
        message.use_per_working_day = use.per_working_day
    if outlook := forecast.outlook:
        message.working_days_left = outlook.working_days_left
        message.runs_out_on.CopyFrom(calendar_date(outlook.runs_out_on))
        message.order_on.CopyFrom(calendar_date(outlook.order_on))
    return message
