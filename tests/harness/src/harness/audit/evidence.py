"""Everything the audit looks at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from passport.issuance.v1 import applications_pb2 as applications
from passport.issuance.v1 import schedule_pb2
from passport.printer.v1 import stock_pb2

from harness.casebook import Casebook
from harness.office import Office
from harness.roles.examiners import Examined
from harness.trays import Tray


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything the audit looks at, gathered when the fortnight is over."""

    files: Sequence[applications.Application]
    notices: Sequence[schedule_pb2.Notice]
    books: Sequence[stock_pb2.Book]
    balance: stock_pb2.BookBalance
    trays: Sequence[Tray]
    casebook: Casebook
    examined: Sequence[Examined]
    zone: ZoneInfo


async def gather(office: Office, examined: Sequence[Examined], zone: ZoneInfo) -> Evidence:
    """What the services say now, and where to look at what they did."""
    return Evidence(
        files=await office.files(),
        notices=await office.administrator.notices(),
        books=await office.operator.books(),
        balance=await office.operator.balance(),
        trays=office.country.trays,
        casebook=office.casebook,
        examined=examined,
        zone=zone,
    )


def day(stamp: Timestamp, zone: ZoneInfo) -> date:
    """The day on the office's wall."""
    return stamp.ToDatetime(UTC).astimezone(zone).date()


def number(count: int) -> str:
    """How many were found, where none should be."""
    return f"{count} found" if count else "none"
