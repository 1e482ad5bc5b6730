"""The data that audits work on, gathered from services and machines."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp
from passport.issuance.v1 import applications_pb2 as applications
from passport.issuance.v1 import schedule_pb2
from passport.printer.v1 import stock_pb2

from harness.ground_truth import GroundTruth
from harness.machine_output import MachineOutput
from harness.office import Office
from harness.roles.examiners import Examined


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditData:
    """What services and machines say when the run is over."""

    files: Sequence[applications.Application]
    notices: Sequence[schedule_pb2.Notice]
    books: Sequence[stock_pb2.Book]
    balance: stock_pb2.BookBalance
    machine_outputs: Sequence[MachineOutput]
    ground_truth: GroundTruth
    examined: Sequence[Examined]
    zone: ZoneInfo


async def gather(office: Office, examined: Sequence[Examined], zone: ZoneInfo) -> AuditData:
    """Read applications, notices, books and balance from the services."""
    return AuditData(
        files=await office.files(),
        notices=await office.administrator.notices(),
        books=await office.operator.books(),
        balance=await office.operator.balance(),
        machine_outputs=office.country.machine_outputs,
        ground_truth=office.ground_truth,
        examined=examined,
        zone=zone,
    )


def day(stamp: Timestamp, zone: ZoneInfo) -> date:
    """Return the local date of a timestamp."""
    return stamp.ToDatetime(UTC).astimezone(zone).date()


def number(count: int) -> str:
    """Return in words how many were found where none should be."""
    return f"{count} found" if count else "none"
