from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from passport.printer.v1 import machines_pb2

from .office import Office, reason


async def test_a_printed_book_counts_for_its_machine(office: Office) -> None:
    await office.machine(books=1)
    job = await office.print()
    await office.check_quality(await office.until(job.job_id, "QUALITY_CHECK"))

    request = machines_pb2.GetThroughputRequest(timezone="Asia/Makassar")
    answer = await office.call("Machines", "GetThroughput", request, "service:issuance")

    [machine] = answer.machines
    assert (machine.machine_id, machine.books_passed) == ("M1", 1)
    assert machine.seconds_per_book > 0
    assert machine.in_use.ToMilliseconds() > 0
    assert answer.total.books_passed == 1
    assert answer.ends_at.seconds - answer.starts_at.seconds == 14 * 86400
    assert not answer.total.HasField("books_per_working_day")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"timezone": "Asia"}, "timezone"),
        ({"timezone": "../etc/passwd"}, "timezone"),
        ({"timezone": "Asia/Nowhere"}, "timezone"),
        ({"starts_at": Timestamp(seconds=1), "ends_at": Timestamp(seconds=1)}, "ends_at"),
        ({"starts_at": Timestamp(seconds=1)}, "starts_at"),
        ({"ends_at": Timestamp(seconds=-62135596800)}, "ends_at"),
    ],
)
async def test_what_is_no_period_or_zone_is_refused(
    office: Office, fields: dict[str, Any], field: str
) -> None:
    request = machines_pb2.GetThroughputRequest(**fields)

    with pytest.raises(grpc.aio.AioRpcError) as error:
        await office.call("Machines", "GetThroughput", request)

    assert reason(error.value) == ("INVALID_REQUEST", field)
