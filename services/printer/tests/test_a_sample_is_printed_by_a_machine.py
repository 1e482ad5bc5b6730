import asyncio

import grpc
import pytest
from passport.printer.v1 import admin_pb2, history_pb2, machines_pb2

from .office import TIMEOUT, Office, reason
from .signed_clearances import request_id


def _request() -> machines_pb2.PrintSampleRequest:
    return machines_pb2.PrintSampleRequest(
        request_id=request_id(), machine_id="M1", reason="new ribbon"
    )


async def _events(office: Office) -> list[history_pb2.MachineEvent]:
    request = history_pb2.ListMachineEventsRequest(machine_id="M1")
    return list((await office.call("History", "ListMachineEvents", request)).events)


async def _until_printed(office: Office) -> None:
    async with asyncio.timeout(TIMEOUT):
        while True:
            if (await _events(office))[-1].reason.startswith("PRINTED"):
                return
            await asyncio.sleep(0.05)


async def test_and_its_ledger_shows_it_under_its_own_name(office: Office) -> None:
    await office.machine(books=2)

    proposed = await office.call("Machines", "PrintSample", _request(), user="siti")
    sample = await office.call("Machines", "PrintSample", _request(), user="budi")
    await _until_printed(office)
    await office.restart()
    job = await office.check_quality(
        await office.until((await office.print()).job_id, "QUALITY_CHECK")
    )
    balance = await office.call("PrinterAdmin", "GetBalance", admin_pb2.GetBalanceRequest())
    with pytest.raises(grpc.aio.AioRpcError) as refusal:
        await office.call("Machines", "PrintSample", _request())

    first, second = office.machines["M1"].ledger
    assert (first["book_serial"], second["book_serial"]) == ("B1000001", job.book_serial)
    assert (proposed.sample_id, sample.HasField("proposal")) == ("", False)
    assert "user/siti" in proposed.proposal.proposed_by
    assert sample.sample_id.startswith("sample-")
    assert sample.sample_id in first.values()
    assert (balance.received, balance.sample, balance.issued, balance.loaded) == (2, 1, 1, 0)
    assert reason(refusal.value)[0] == "NO_BLANK_BOOK"
