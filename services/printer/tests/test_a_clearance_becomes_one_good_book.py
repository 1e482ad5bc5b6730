from hashlib import sha256

import pypdfium2  # type: ignore[import-untyped]
from passport.printer.v1 import jobs_pb2 as jobs
from passport.printer.v1 import stock_pb2

from .office import Office
from .signed_clearances import a_payload


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


async def test_its_job_tells_what_the_page_shows(office: Office) -> None:
    payload = a_payload("X0000001")

    job = await office.print("X0000001")

    assert job.payload_sha256 == sha256(payload).digest()
    assert (job.issued_on.year, job.issued_on.month, job.issued_on.day) == (2018, 11, 1)


async def test_the_page_in_the_tray_bears_the_dates_of_the_payload(office: Office) -> None:
    await office.machine(books=1)
    job = await office.print("X0000001")
    await office.until(job.job_id, "QUALITY_CHECK")

    [page] = (office.machines["M1"].folder / "tray").glob("*.pdf")
    text = pypdfium2.PdfDocument(page.read_bytes())[0].get_textpage().get_text_bounded()
    lines = text.splitlines()
    assert lines[lines.index("Tgl. lahir / Date of birth") + 1] == "28 FEB 1990"
    assert lines[lines.index("Tgl. pengeluaran / Date of issue") + 1] == "01 NOV 2018"
    assert lines[lines.index("Tgl. habis berlaku / Date of expiry") + 1] == "01 NOV 2023"
