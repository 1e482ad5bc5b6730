from passport.printer.v1 import jobs_pb2 as jobs
from passport.printer.v1 import stock_pb2

from .office import Office


async def test_from_clearance_to_book(office: Office) -> None:
    await office.machine(books=3)

    job = await office.print("X0000001")
    job = await office.until(job.job_id, "QUALITY_CHECK")
    job = await office.check_quality(job)

    assert job.state == jobs.PRINT_JOB_STATE_DONE
    assert job.book_serial == "B1000001"
    assert job.waiting_for == ""
    [line] = office.machines["M1"].ledger
    assert line["job_name"] == job.attempts[0].attempt_id
    assert line["sha256"] == job.attempts[0].page_sha256.hex()
    book = (await office.books())["B1000001"]
    assert (book.state, book.document_number) == (stock_pb2.BOOK_STATE_ISSUED, "X0000001")
    await office.assert_agrees_with_the_ledgers()
