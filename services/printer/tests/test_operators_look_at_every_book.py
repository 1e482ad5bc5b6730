from typing import Any

import grpc
import pytest
from passport.printer.v1 import jobs_pb2 as jobs
from passport.printer.v1 import stock_pb2, two_persons_pb2

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


async def _fails_check(
    office: Office, job: jobs.PrintJob, role: str = "operator", **changes: Any
) -> str:
    """Return why a check is refused."""
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.check_quality(job, role=role, **changes)
    return reason(refusal.value)[0]


async def test_a_spoiled_book_is_cancelled_and_made_again(office: Office) -> None:
    job = await _printed(office)

    job = await office.spoil(job)
    job = await office.until(job.job_id, "QUALITY_CHECK")
    job = await office.check_quality(job)

    spoiled, good = job.attempts
    assert (spoiled.outcome, spoiled.reason) == (jobs.ATTEMPT_OUTCOME_SPOILED, "smeared")
    assert good.outcome == jobs.ATTEMPT_OUTCOME_GOOD
    assert job.book_serial == good.book_serial != spoiled.book_serial
    assert (await office.books())[spoiled.book_serial].state == stock_pb2.BOOK_STATE_SPOILED
    await office.assert_agrees_with_the_ledgers()


async def test_one_persons_word_destroys_no_book(office: Office) -> None:
    job = await _printed(office)

    proposed = await office.check_quality(job, passed=False)
    refusals = [
        await _fails_check(office, job, passed=False),
        await _fails_check(office, job, passed=False, role="administrator"),
    ]

    assert proposed.state == jobs.PRINT_JOB_STATE_QUALITY_CHECK
    assert proposed.proposal.action == two_persons_pb2.PROPOSED_ACTION_SPOIL
    assert proposed.proposal.proposed_by.endswith("/user/siti/role/operator")
    assert refusals == ["SECOND_PERSON_REQUIRED", "NOT_PERMITTED"]
    assert await office.job(job.job_id) == proposed


async def test_a_mistyped_zone_is_typed_again_and_counted_across_restarts(office: Office) -> None:
    job = await _printed(office)

    refusals = [await _fails_check(office, job, mrz="<" * 88) for _ in range(2)]
    await office.restart()
    refusals += [await _fails_check(office, job, mrz="<" * 88), await _fails_check(office, job)]
    job = await office.check_quality(job, user="budi")

    assert refusals == ["MRZ_MISMATCH"] * 3 + ["SECOND_PERSON_REQUIRED"]
    assert job.state == jobs.PRINT_JOB_STATE_DONE
    assert len(job.attempts) == 1


async def test_a_book_whose_zone_cannot_be_read_needs_none(office: Office) -> None:
    job = await _printed(office)
    unreadable: dict[str, Any] = {
        "passed": False,
        "reason_code": two_persons_pb2.DECISION_REASON_ZONE_UNREADABLE,
    }
    for user in ("siti", "budi"):
        job = await office.check_quality(job, user=user, mrz="", **unreadable)

    assert job.attempts[0].outcome == jobs.ATTEMPT_OUTCOME_SPOILED
    assert job.attempts[0].reason_code == two_persons_pb2.DECISION_REASON_ZONE_UNREADABLE


async def test_a_lost_book_is_printed_again_in_another_one(office: Office) -> None:
    job = await _printed(office)
    for user in ("siti", "budi"):
        job = await office.check_quality(job, user=user, passed=False, lost=True)
    job = await office.until(job.job_id, "QUALITY_CHECK")
    job = await office.check_quality(job)

    lost, good = job.attempts
    assert lost.outcome == jobs.ATTEMPT_OUTCOME_LOST
    assert (await office.books())[lost.book_serial].state == stock_pb2.BOOK_STATE_LOST
    assert job.book_serial == good.book_serial


async def test_so_many_books_for_one_clearance_and_no_more(office: Office) -> None:
    office.settings = {"books_per_clearance": 1}
    await office.restart()

    job = await office.spoil(await _printed(office))

    assert job.state == jobs.PRINT_JOB_STATE_HELD
    assert job.state_reason == "books spoiled or lost: 1"


async def test_the_book_in_hand_is_another_one(office: Office) -> None:
    job = await _printed(office)
    assigned = job.attempts[0].book_serial

    job = await office.check_quality(job, book_serial="B1000003", is_other_book=True)

    assert (assigned, job.book_serial) == ("B1000001", "B1000003")
    books = await office.books()
    assert books["B1000001"].state == stock_pb2.BOOK_STATE_LOADED
    assert books["B1000003"].state == stock_pb2.BOOK_STATE_ISSUED


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
    assert await _refused(office, with_changes(mrz="")) == ("INVALID_REQUEST", "mrz")
    assert await _refused(office, with_changes(lost=True)) == ("INVALID_REQUEST", "lost")
    assert await _refused(office, with_changes(passed=False)) == ("INVALID_REQUEST", "defect")
    assert await _refused(office, with_changes(passed=False, defect="smeared")) == (
        "INVALID_REQUEST",
        "reason_code",
    )
    no_book_in_hand = with_changes(
        passed=False, defect="gone", lost=True, is_other_book=True,
    )  # fmt: skip
    assert await _refused(office, no_book_in_hand) == ("INVALID_REQUEST", "is_other_book")
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
