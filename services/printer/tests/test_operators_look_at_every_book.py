import grpc
import pytest
from passport.printer.v1 import jobs_pb2 as jobs
from passport.printer.v1 import stock_pb2

from .office import Office, reason
from .signed_clearances import request_id


async def _printed(office: Office) -> jobs.PrintJob:
    await office.machine(books=3)
    job = await office.print()
    return await office.until(job.job_id, "QUALITY_CHECK")


async def _refused(office: Office, request: jobs.RecordQualityCheckRequest) -> tuple[str, str]:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.job_call("RecordQualityCheck", request)
    return reason(refusal.value)


async def test_a_spoiled_book_is_cancelled_and_made_again(office: Office) -> None:
    job = await _printed(office)

    job = await office.check_quality(job, passed=False)
    job = await office.until(job.job_id, "QUALITY_CHECK")
    job = await office.check_quality(job)

    spoiled, good = job.attempts
    assert (spoiled.outcome, spoiled.reason) == (jobs.ATTEMPT_OUTCOME_SPOILED, "smeared")
    assert good.outcome == jobs.ATTEMPT_OUTCOME_GOOD
    assert job.book_serial == good.book_serial != spoiled.book_serial
    assert (await office.books())[spoiled.book_serial].state == stock_pb2.BOOK_STATE_SPOILED
    await office.assert_agrees_with_the_ledgers()


async def test_a_book_whose_zone_reads_otherwise_is_spoiled_however_good_it_looks(
    office: Office,
) -> None:
    job = await _printed(office)

    job = await office.check_quality(job, mrz="<" * 88)

    assert job.attempts[0].outcome == jobs.ATTEMPT_OUTCOME_SPOILED


async def test_what_cannot_be_recorded_changes_nothing(office: Office) -> None:
    job = await _printed(office)
    serial = job.attempts[0].book_serial
    a_look = jobs.RecordQualityCheckRequest(
        job_id=job.job_id, book_serial=serial, mrz="<" * 88, passed=True
    )

    def with_changes(**changes: object) -> jobs.RecordQualityCheckRequest:
        request = jobs.RecordQualityCheckRequest(request_id=request_id())
        request.MergeFrom(a_look)
        for name, value in changes.items():
            setattr(request, name, value)
        return request

    assert await _refused(office, with_changes(book_serial="B1000003")) == (
        "WRONG_BOOK",
        "book_serial",
    )
    assert await _refused(office, with_changes(passed=False)) == ("INVALID_REQUEST", "defect")
    assert await _refused(office, with_changes(job_id="?")) == ("JOB_NOT_FOUND", "job_id")
    assert await _refused(office, with_changes(mrz="abc")) == ("INVALID_REQUEST", "mrz")
    assert await office.job(job.job_id) == job


async def test_a_job_with_a_book_can_no_longer_be_cancelled(office: Office) -> None:
    waiting = await office.print("X0000001")
    cancel = jobs.CancelPrintJobRequest(
        request_id=request_id(), job_id=waiting.job_id, reason="withdrawn"
    )
    cancelled = await office.job_call("CancelPrintJob", cancel)
    printed = await _printed_another(office)

    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.job_call(
            "CancelPrintJob",
            jobs.CancelPrintJobRequest(
                request_id=request_id(), job_id=printed.job_id, reason="withdrawn"
            ),
        )

    assert cancelled.state == jobs.PRINT_JOB_STATE_CANCELLED
    assert reason(refusal.value)[0] == "ILLEGAL_TRANSITION"
    assert len(office.machines["M1"].ledger) == 1


async def _printed_another(office: Office) -> jobs.PrintJob:
    await office.machine(books=1)
    job = await office.print("X0000002")
    return await office.until(job.job_id, "QUALITY_CHECK")
