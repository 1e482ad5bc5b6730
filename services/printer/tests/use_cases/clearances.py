"""Clearances as issuance signs them, queued in a print room."""

from datetime import datetime, timedelta

from printer.domain.attribution import Attribution
from printer.domain.clearance import Clearance, ClearedPage
from printer.domain.job import Job
from printer.page.personalisation_data import PersonalisationDataReader
from printer.use_cases.clearance_validity import ClearanceValidity
from printer.use_cases.create_print_job import CreatePrintJob
from printer.use_cases.make_page import MakePage
from servicekit.process.worker_pool import WorkerPool

from .print_room import ISSUANCE, PrintRoom


async def queues(
    room: PrintRoom,
    *,
    clearance: str = "c",
    application: str = "a",
    number: str = "X1",
    released_at: datetime | None = None,
    is_repeated: bool = False,
) -> Job:
    """Let issuance ask for a passport, as CreatePrintJob does once its page is made."""
    pool = WorkerPool(1, 1)
    create = CreatePrintJob(
        store=room.store,
        validity=ClearanceValidity("BJM", {}),
        read_payload=PersonalisationDataReader("INDONESIA"),
        make_page=MakePage(None),
        clock=room,
        pool=pool,
        new_id=room.new_id,
    )
    expires_at = room.now() + timedelta(days=30)
    signed = Clearance(
        clearance, application, number, "", "BJM", expires_at, released_at, is_repeated
    )
    cleared = ClearedPage(signed, "token", b"payload", b"page", "MRZ")
    try:
        async with room.store.begin() as records:
            return await create.queue(records, cleared, 3, Attribution(ISSUANCE, room.now()))
    finally:
        pool.close()
