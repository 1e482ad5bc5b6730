import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from printer.domain.attribution import PRINTER_SERVICE, Attribution
from printer.domain.printer_client import JobSubmission
from printer.store.dispatch_epoch import DispatchEpoch, DispatchEpochLost, begin_dispatch_epoch
from printer.store.records import Store
from printer.use_cases.fenced_printer_client import FencedPrinterClient

from ..use_cases.print_room import PrintRoom, a_print_room  # noqa: TID252
from ..use_cases.scripted_machine import NOON  # noqa: TID252

BY = Attribution(PRINTER_SERVICE, NOON)
SUBMISSION = JobSubmission("a1", "B1000001", b"page", b"")


@pytest_asyncio.fixture
async def room(database_url: str) -> AsyncIterator[PrintRoom]:
    async with a_print_room(database_url) as opened:
        yield opened


@pytest_asyncio.fixture
async def former(room: PrintRoom) -> DispatchEpoch:
    return await begin_dispatch_epoch(room.database, 0.01, BY)


async def test_it_sends_and_writes_while_nobody_replaced_it(
    room: PrintRoom, former: DispatchEpoch
) -> None:
    client = FencedPrinterClient(room.machine, former)

    await client.send_document(await client.create_job(SUBMISSION), SUBMISSION)
    async with Store(room.database, former).begin() as records:
        await records.jobs.last_change()

    assert room.machine.documents == ["a1"]


async def test_nothing_at_a_machine(room: PrintRoom, former: DispatchEpoch) -> None:
    client = FencedPrinterClient(room.machine, former)
    machine_job_id = await client.create_job(SUBMISSION)
    room.machine.requests.clear()
    await begin_dispatch_epoch(room.database, 0.01, BY)

    with pytest.raises(DispatchEpochLost):
        await client.create_job(SUBMISSION)
    with pytest.raises(DispatchEpochLost):
        await client.send_document(machine_job_id, SUBMISSION)
    with pytest.raises(DispatchEpochLost):
        await client.cancel_job(machine_job_id)

    assert room.machine.requests == []


async def test_nothing_in_the_database(room: PrintRoom, former: DispatchEpoch) -> None:
    await begin_dispatch_epoch(room.database, 0.01, BY)

    with pytest.raises(DispatchEpochLost):
        async with Store(room.database, former).begin():
            pytest.fail("the transaction began")


async def test_an_announcement_that_took_long_is_made_again(room: PrintRoom) -> None:
    """The process may have been stopped meanwhile, and been replaced."""
    moments = iter([0.0, 3.0, 10.0, 10.5])
    epoch = await begin_dispatch_epoch(room.database, 1.0, BY, lambda: next(moments))

    await epoch.announce_request()

    assert list(moments) == []


async def test_the_successor_waits_for_the_longest_request_of_a_server_s_dispatcher(
    room: PrintRoom, former: DispatchEpoch, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", sleep)
    monkeypatch.setattr(type(room.database), "is_shared", True)
    await begin_dispatch_epoch(room.database, 1.0, BY)
    announcing = await begin_dispatch_epoch(room.database, 1.0, BY)
    await announcing.announce_request()

    await begin_dispatch_epoch(room.database, 2.0, BY)

    assert waited == [3.0]
