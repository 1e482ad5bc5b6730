import pytest
from passport.printer.v1 import jobs_pb2 as jobs

from .office import Office

FAILPOINTS = [
    "printer.assigned",
    "printer.created",
    "ipp.upload.half",
    "printer.delivered",
    "printer.sent",
    "printer.completed",
    "printer.printed",
]


@pytest.mark.timeout(180)
async def test_whatever_the_step_at_which_it_dies(office: Office) -> None:
    await office.machine(books=len(FAILPOINTS), books_per_minute=600.0)

    for number, failpoint in enumerate(FAILPOINTS, start=1):
        await office.restart(failpoint)
        job = await office.print(f"X{number:07d}")
        assert office.process is not None
        await office.process.killed()
        await office.start()
        job = await office.until(job.job_id, "QUALITY_CHECK")
        job = await office.check_quality(job)

        assert job.state == jobs.PRINT_JOB_STATE_DONE, failpoint
        assert len(office.machines["M1"].ledger) == number, failpoint

    await office.assert_agrees_with_the_ledgers()
