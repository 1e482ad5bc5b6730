import pytest
from servicekit.storage.database import Database
from sqlalchemy import text

from .office import Office

HANG_UP = text(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


async def test_a_second_service_waits_for_the_first_to_end(office: Office) -> None:
    await office.machine(books=2, books_per_minute=600.0)
    first = office.process
    assert first is not None
    await office.start()
    second = office.process

    job = await office.print()
    job = await office.until(job.job_id, "QUALITY_CHECK")
    await first.end()
    other = await office.print("X0000002")
    await office.until(other.job_id, "QUALITY_CHECK")

    assert second is not first
    assert len(office.machines["M1"].ledger) == 2


async def test_a_service_ends_when_the_server_drops_its_hold(office: Office) -> None:
    if office.database_url.startswith("sqlite"):
        pytest.skip("nobody can take the lock of a file away")
    await office.machine(books=2)
    job = await office.print()
    await office.until(job.job_id, "QUALITY_CHECK")
    process = office.process
    assert process is not None

    await _take_the_lock_away(office)

    assert await process.ended() == 1
    await office.start()
    other = await office.print("X0000002")
    await office.until(other.job_id, "QUALITY_CHECK")


async def test_a_dispatcher_that_was_stopped_does_not_print_behind_its_successor(
    office: Office,
) -> None:
    if office.database_url.startswith("sqlite"):
        pytest.skip("nobody can take the lock of a file away")
    await office.restart("printer.assigned:stop")
    await office.machine(books=2, books_per_minute=600.0)
    stopped = office.process
    assert stopped is not None
    job = await office.print()
    await stopped.stopped()
    await _take_the_lock_away(office)

    await office.start()
    await office.until(job.job_id, "QUALITY_CHECK")
    stopped.go_on()

    assert await stopped.ended() == 1
    assert len(office.machines["M1"].ledger) == 1


async def test_a_dispatcher_that_was_replaced_while_it_stood_still_sends_nothing(
    office: Office,
) -> None:
    """Its lock looks as if it still held it, so nothing but the epoch keeps it from sending."""
    await office.restart("printer.assigned:stop")
    await office.machine(books=2, books_per_minute=600.0)
    stopped = office.process
    assert stopped is not None
    job = await office.print()
    await stopped.stopped()

    await _raise_the_epoch(office)
    stopped.go_on()

    assert await stopped.ended() == 1
    assert office.machines["M1"].ledger == []
    await office.start()
    await office.until(job.job_id, "QUALITY_CHECK")
    assert len(office.machines["M1"].ledger) == 1


async def _raise_the_epoch(office: Office) -> None:
    database = Database(office.database_url)
    async with database.begin() as connection:
        await connection.execute(text("UPDATE dispatch SET epoch = epoch + 1"))
    await database.close()


async def _take_the_lock_away(office: Office) -> None:
    database = Database(office.database_url)
    async with database.begin() as connection:
        await connection.execute(HANG_UP)
    await database.close()
