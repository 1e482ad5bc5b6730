import asyncio

import grpc
import pytest
from passport.printer.v1 import admin_pb2, jobs_pb2, stock_pb2, two_persons_pb2
from printer.__main__ import main

from services.databases import copy_database, database_of

from .office import Office, reason
from .signed_clearances import request_id


async def _stop(office: Office) -> None:
    assert office.process is not None
    await office.close_channels()
    await office.process.end()


async def _status(office: Office) -> admin_pb2.PrintingStatus:
    request = admin_pb2.GetStatusRequest()
    status = await office.call("PrinterAdmin", "GetStatus", request, "administrator")
    assert isinstance(status, admin_pb2.PrintingStatus)
    return status


async def _release(office: Office, user: str) -> admin_pb2.ReleaseAfterRestoreResponse:
    request = admin_pb2.ReleaseAfterRestoreRequest(
        request_id=request_id(), explanation="compared with the tray"
    )
    answer = await office.call("PrinterAdmin", "ReleaseAfterRestore", request, user=user)
    assert isinstance(answer, admin_pb2.ReleaseAfterRestoreResponse)
    return answer


async def _release_job(office: Office, job_id: str, user: str) -> None:
    request = jobs_pb2.ReleasePrintJobRequest(
        request_id=request_id(),
        job_id=job_id,
        reason_code=two_persons_pb2.DECISION_REASON_CAUSE_REMEDIED,
        reason="there is no book of it",
    )
    await office.call("PrintJobs", "ReleasePrintJob", request, user=user)


async def test_a_page_printed_after_the_backup_is_not_printed_again(office: Office) -> None:
    backup = database_of(office.folder / "backup.sqlite")
    await office.machine(books=3, books_per_minute=600.0)
    await office.pause("M1")
    job = await office.print()
    await _stop(office)
    copy_database(office.database_url, backup)
    await office.start()
    await office.resume("M1")
    await office.until(job.job_id, "QUALITY_CHECK")
    await _stop(office)

    copy_database(backup, office.database_url)
    await office.start()
    await office.resume("M1")

    held = await office.until(job.job_id, "HELD")
    found = await office.call(
        "PrinterAdmin", "ListRestoreFindings", admin_pb2.ListRestoreFindingsRequest()
    )
    serials = [(f.book_serial, f.document_number) for f in found.findings]
    book = (await office.books())["B1000001"]
    other = await office.print("X0000002")
    assert "a job for book B1000001 is completed" in held.state_reason
    assert serials == [("", ""), ("B1000001", "X0000001")]
    assert book.state == stock_pb2.BOOK_STATE_QUARANTINED
    assert (await _status(office)).blocking_reasons[0].startswith("paused after a restore")

    assert "another person" in (await _release(office, "siti")).waiting_for
    assert (await _release(office, "budi")).waiting_for == ""

    await office.until(other.job_id, "HELD")
    for user in ("siti", "budi"):
        await _release_job(office, other.job_id, user)
    await office.until(other.job_id, "QUALITY_CHECK")
    printed = [line["book_serial"] for line in office.machines["M1"].ledger]
    assert printed == ["B1000001", "B1000002"]


async def test_a_restore_that_nobody_could_notice_is_told(office: Office) -> None:
    await office.machine(books=1)
    await _stop(office)
    await asyncio.to_thread(main, ["restored", "--config", str(office.folder / "printer.toml")])

    await office.start()
    await office.print()

    assert "told by `printer restored`" in (await _status(office)).blocking_reasons[0]
    assert office.machines["M1"].ledger == []


async def test_without_a_restore_there_is_nothing_to_release(office: Office) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await _release(office, "siti")

    assert reason(refusal.value)[0] == "NOTHING_TO_RELEASE"
