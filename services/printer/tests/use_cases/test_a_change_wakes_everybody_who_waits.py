import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from passport.printer.v1 import stock_pb2
from printer.domain.job_transitions import JobState
from printer.domain.printer_client import RequestOutcomeUnknown
from printer.service.idempotent_changes import IdempotentChanges
from printer.store.records import Records
from printer.store.tables.metadata import idempotency
from printer.use_cases.change_signal import ChangeSignal
from servicekit.security.identity import bind_caller, parse_identity
from servicekit.storage.idempotency import IdempotentRequests

from .print_room import OPERATOR, PrintRoom


@asynccontextmanager
async def _wakes_two_who_wait(signal: ChangeSignal) -> AsyncIterator[None]:
    """Fail unless the block wakes two who would otherwise wait for a minute."""
    waiting = [asyncio.create_task(signal.wait_for_change(signal.changes, 60.0)) for _ in "12"]
    await asyncio.sleep(0)  # Both begin to wait.
    assert not any(task.done() for task in waiting)
    yield
    async with asyncio.timeout(30.0):
        await asyncio.gather(*waiting)


async def test_a_notification_wakes_them_each_time() -> None:
    signal = ChangeSignal()
    for _ in range(2):
        async with _wakes_two_who_wait(signal):
            signal.notify()

    assert signal.changes == 2


async def test_a_change_before_the_wait_ends_it_immediately() -> None:
    signal = ChangeSignal()
    signal.notify()

    async with asyncio.timeout(30.0):
        await signal.wait_for_change(0, 60.0)


async def test_a_job_that_is_assigned_wakes_them(room: PrintRoom) -> None:
    job = await room.print()
    room.machine.fails["create_job"] = RequestOutcomeUnknown
    async with _wakes_two_who_wait(room.signal):
        await room.step()

    assert (await room.job(job)).state is JobState.ASSIGNED
    assert room.signal.changes == 1


async def test_a_job_that_its_machine_printed_wakes_them(room: PrintRoom) -> None:
    job = await room.print()
    await room.step()
    room.machine.finish()
    async with _wakes_two_who_wait(room.signal):
        await room.step()

    assert (await room.job(job)).state is JobState.QUALITY_CHECK
    assert room.signal.changes == 3  # Assigned, sent, printed.


async def test_a_request_wakes_them_once_however_often_it_is_repeated(room: PrintRoom) -> None:
    requests = IdempotentRequests(room.database, idempotency)
    changes = IdempotentChanges("BJM", room.store, requests, room.signal)
    request = stock_pb2.ReceiveBooksRequest(request_id="request-1")

    async def change(_: Records) -> stock_pb2.BookBalance:
        return stock_pb2.BookBalance()

    with bind_caller(parse_identity(OPERATOR)):
        async with _wakes_two_who_wait(room.signal):
            await changes.make(request, stock_pb2.BookBalance, change)
        await changes.make(request, stock_pb2.BookBalance, change)

    assert room.signal.changes == 1
