from datetime import UTC, datetime

import pytest
from printer.page.data_page import render
from printer.page.personalisation_data import PersonalisationDataReader
from printer.page.verification import PageVerificationError
from printer.use_cases.clearance_validity import ClearanceValidity
from printer.use_cases.create_print_job import CreatePrintJob
from printer.use_cases.make_page import MakePage
from servicekit.process.worker_pool import WorkerPool

from ..page.pages import a_page  # noqa: TID252
from ..signed_clearances import OFFICE, Issuance, a_payload  # noqa: TID252
from .print_room import PrintRoom


class _Noon:
    def now(self) -> datetime:
        return datetime(2018, 11, 5, 12, tzinfo=UTC)


async def test_whatever_went_wrong_when_it_was_made(
    room: PrintRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    issuance, payload, pool = Issuance(), a_payload(), WorkerPool(1, 1)
    create = CreatePrintJob(
        store=room.store,
        validity=ClearanceValidity(OFFICE, {issuance.kid: issuance.key.public_key()}),
        read_payload=PersonalisationDataReader("INDONESIA"),
        make_page=MakePage(None),
        clock=_Noon(),
        pool=pool,
        new_id=lambda: "1",
    )
    claims = issuance.claims(payload) | {"released_at": room.now().timestamp()}
    clearance = issuance.sign(claims)
    good = await create.prepare(clearance, payload)
    page_of_somebody_else = render(a_page())
    monkeypatch.setattr("printer.use_cases.make_page.render", lambda *_: page_of_somebody_else)

    with pytest.raises(PageVerificationError):
        await create.prepare(clearance, payload)

    pool.close()
    assert good.mrz.startswith("P<IDNSITI<<NURHALIZA<")
