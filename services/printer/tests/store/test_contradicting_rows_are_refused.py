from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from printer.domain.attempt import Attempt, AttemptOutcome
from printer.domain.attribution import Attribution
from printer.domain.errors import BookInUse, GoodBookExists, MachineAlreadyRegistered
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent
from printer.domain.machine import Machine
from printer.store.records import MIGRATIONS
from servicekit.storage.database import Database, migrate
from sqlalchemy import text

from ..use_cases.print_room import OPERATOR, PrintRoom, a_print_room  # noqa: TID252
from ..use_cases.scripted_machine import NOON  # noqa: TID252

BY = Attribution(OPERATOR, NOON)


@pytest_asyncio.fixture
async def room(database_url: str) -> AsyncIterator[PrintRoom]:
    async with a_print_room(database_url) as opened:
        yield opened


def _with_attempt(job: Job, attempt_id: str, outcome: AttemptOutcome | None = None) -> Job:
    attempt = Attempt(
        attempt_id=attempt_id, machine_id="M1", book_serial="B1000001", assigned_at=NOON,
        printer_uuid="urn:uuid:1", up_time=10, asked_at=NOON, outcome=outcome,
    )  # fmt: skip
    return replace(job, revision=job.revision + 1, attempts=(*job.attempts, attempt))


async def _save(room: PrintRoom, job: Job) -> Job:
    async with room.store.begin() as records:
        return await records.jobs.save(job, JobEvent.ASSIGN, BY, "")


async def test_two_open_attempts_with_one_book(room: PrintRoom) -> None:
    first, second = await room.print(), await room.print()
    await _save(room, _with_attempt(first, "a1"))

    with pytest.raises(BookInUse) as refusal:
        await _save(room, _with_attempt(second, "a2"))

    assert refusal.value.metadata == {"book_serial": "B1000001"}
    assert (await room.job(second)).attempts == ()


async def test_two_good_books_for_one_job(room: PrintRoom) -> None:
    job = await _save(room, _with_attempt(await room.print(), "a1", AttemptOutcome.GOOD))

    with pytest.raises(GoodBookExists):
        await _save(room, _with_attempt(job, "a2", AttemptOutcome.GOOD))

    assert len((await room.job(job)).attempts) == 1


async def test_two_ids_for_one_machine(room: PrintRoom) -> None:
    with pytest.raises(MachineAlreadyRegistered) as refusal:
        async with room.store.begin() as records:
            await records.machines.put(Machine("M2", "ipp://m2", "urn:uuid:1", paused=False))

    assert refusal.value.metadata == {"machine_id": "M1"}


async def test_a_database_that_holds_some_is_not_migrated(database_url: str) -> None:
    migrate(database_url, MIGRATIONS)
    database = Database(database_url)
    async with database.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0004'"))
        for name in (
            "one_open_attempt_per_book", "one_good_attempt_per_job", "one_machine_per_uuid",
        ):  # fmt: skip
            await connection.execute(text(f"DROP INDEX {name}"))
        for machine_id in ("M1", "M2"):
            columns = "machine_id, uri, printer_uuid, paused"
            row = f"'{machine_id}', 'ipp://m', 'urn:1', false"
            await connection.execute(text(f"INSERT INTO machines ({columns}) VALUES ({row})"))
    await database.close()

    with pytest.raises(ValueError, match="machines with several ids: urn:1;"):
        migrate(database_url, MIGRATIONS)
