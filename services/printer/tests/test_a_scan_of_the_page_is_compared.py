import asyncio

import grpc
import pytest
from passport.printer.v1 import jobs_pb2 as jobs

from .office import Office, reason
from .page.scans import a_scan


async def _two_printed(office: Office) -> tuple[list[jobs.PrintJob], list[bytes]]:
    """Return two jobs whose books wait for their check, and their pages."""
    await office.machine(books=2)
    created = [await office.print(number) for number in ("X0000001", "X0000002")]
    printed = [await office.until(job.job_id, "QUALITY_CHECK") for job in created]
    machine = office.machines["M1"]
    return printed, [machine.page_of(job.attempts[0].book_serial) for job in printed]


async def _refusal(office: Office, job: jobs.PrintJob, image: bytes, mrz: str = "") -> str:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.check_quality(job, mrz=mrz, page_image=image)
    return "/".join(reason(refusal.value))


async def test_in_place_of_a_zone_that_is_typed_or_beside_it(office: Office) -> None:
    [first, second], pages = await _two_printed(office)
    scans = await asyncio.gather(
        asyncio.to_thread(a_scan, pages[0], angle=1.0, noise=15.0),
        asyncio.to_thread(a_scan, pages[1], file="JPEG"),
    )

    refusals = [
        await _refusal(office, first, scans[1]),
        await _refusal(office, second, scans[1], mrz="<" * 88),
        await _refusal(office, first, b"no image"),
    ]
    first = await office.check_quality(first, mrz="", page_image=scans[0])
    second = await office.check_quality(second, page_image=scans[1])

    assert refusals == [
        "MRZ_MISMATCH/mrz", "MRZ_MISMATCH/mrz", "PAGE_IMAGE_UNREADABLE/page_image"
    ]  # fmt: skip
    assert [first.state, second.state] == [jobs.PRINT_JOB_STATE_DONE] * 2
