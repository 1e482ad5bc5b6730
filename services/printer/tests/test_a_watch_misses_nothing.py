import asyncio
from typing import Any

import grpc
import pytest
from passport.printer.v1 import jobs_pb2 as jobs

from .office import TIMEOUT, Office, reason


async def _events(stream: Any, count: int) -> list[jobs.PrintJobEvent]:
    events = []
    async with asyncio.timeout(TIMEOUT):
        async for event in stream:
            if event.HasField("job"):
                events.append(event)
            if len(events) == count:
                break
    stream.cancel()
    return events


def _watch(office: Office, token: str = "") -> Any:
    request = jobs.WatchPrintJobsRequest(resume_token=token)
    return office.stub("PrintJobs", "service:issuance").WatchPrintJobs(request)


async def test_a_stream_goes_on_where_another_was_left(office: Office) -> None:
    made = [await office.print(f"X000000{n}") for n in range(4)]

    before = await _events(_watch(office), 2)
    await office.restart()
    after = await _events(_watch(office, before[-1].resume_token), 2)

    assert [event.job.job_id for event in before + after] == [job.job_id for job in made]


async def test_changes_come_as_they_happen(office: Office) -> None:
    stream = _watch(office)
    reading = asyncio.create_task(_events(stream, 1))
    job = await office.print()

    [created] = await reading
    await office.machine(books=1)
    await office.until(job.job_id, "QUALITY_CHECK")
    later = await _events(_watch(office, created.resume_token), 1)

    assert created.job.state == jobs.PRINT_JOB_STATE_QUEUED
    assert later[0].job.state == jobs.PRINT_JOB_STATE_QUALITY_CHECK
    assert later[0].job.revision > created.job.revision


@pytest.mark.parametrize("token", ["?", "OTk5"])
async def test_a_token_of_another_office_is_refused(office: Office, token: str) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await _events(_watch(office, token), 1)

    assert reason(refusal.value) == ("BAD_WATCH_TOKEN", "resume_token")


async def test_a_stream_outlives_the_deadline_of_other_calls(office: Office) -> None:
    office.settings["max_deadline_seconds"] = 4.0
    await office.restart()
    reading = asyncio.create_task(_events(_watch(office), 1))
    await asyncio.sleep(4.5)  # longer than the deadline of other calls

    job = await office.print()

    [created] = await reading
    assert created.job.job_id == job.job_id
