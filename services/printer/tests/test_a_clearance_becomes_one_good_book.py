import pypdfium2  # type: ignore[import-untyped]
from passport.printer.v1 import jobs_pb2 as jobs
from passport.printer.v1 import stock_pb2
from printer.store.tables import deliveries, job_history
from servicekit.storage.database import Database
from sqlalchemy import select

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


async def test_it_is_recorded_who_took_the_books_and_who_did_what_to_the_job(
    office: Office,
) -> None:
    await office.machine(books=1)
    job = await office.print("X0000001")
    job = await office.until(job.job_id, "QUALITY_CHECK")
    await office.check_quality(job)

    database = Database(office.database_url)
    async with database.read() as connection:
        received_by = list(await connection.scalars(select(deliveries.c.received_by)))
        events = list(
            await connection.execute(
                select(job_history.c.event, job_history.c.who).order_by(job_history.c.revision)
            )
        )
    await database.close()

    operator = "spiffe://id/office/BJM/user/siti/role/operator"
    assert received_by == [operator]
    assert [(event.name, who) for event, who in events] == [
        ("ASSIGN", "service:printer"),
        ("SEND", "service:printer"),
        ("PRINT", "service:printer"),
        ("AWAIT_QUALITY_CHECK", "service:printer"),
        ("PASS_QUALITY_CHECK", operator),
    ]
