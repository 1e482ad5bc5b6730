"""Migrations of a database with rows, as the versions before them stored them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from printer.domain.book import BookState
from printer.domain.job import Job
from printer.domain.job_transitions import JobEvent, JobState
from printer.store.records import MIGRATIONS, Records, Store
from printer.use_cases.hold_outdated_page import HoldOutdatedPage
from servicekit.storage.column_types import UtcDateTime
from servicekit.storage.database import Database, migrate
from sqlalchemy import column, insert, table
from sqlalchemy.ext.asyncio import AsyncConnection

from services.older_schema import migrate_until

from .signed_clearances import a_payload

NOON = datetime(2018, 11, 5, 4, tzinfo=UTC)
_MOMENTS = ("at", "created_at", "received_at")


async def _put(connection: AsyncConnection, name: str, *rows: dict[str, Any]) -> None:
    columns = [column(each, UtcDateTime) if each in _MOMENTS else column(each) for each in rows[0]]
    await connection.execute(insert(table(name, *columns)), list(rows))


def _a_job(job_id: str, number: int, state: str, payload: bytes = b"") -> dict[str, Any]:
    return {
        "job_id": job_id, "arrival_number": number, "application_id": f"A-{number}",
        "document_number": f"X{number}", "priority_class": 3, "state": state, "revision": 1,
        "change": number, "created_at": NOON, "clearance_id": f"c{number}", "clearance_token": "",
        "payload": payload, "page_pdf": b"page", "page_sha256": b"", "mrz": "",
    }  # fmt: skip


def _books(state: str, *serials: str) -> list[dict[str, Any]]:
    empty = {"machine_id": "", "attempt_id": "", "document_number": ""}
    return [{"serial": serial, "state": state} | empty for serial in serials]


def _delivery(first: str, count: int, hours: int) -> dict[str, Any]:
    at = NOON + timedelta(hours=hours)
    return {
        "first_serial": first, "count": count, "delivery_note": f"note of {first}",
        "received_at": at, "received_by": "siti",
    }  # fmt: skip


async def test_each_book_keeps_its_own_delivery(database_url: str, tmp_path: Path) -> None:
    migrate_until("0008", database_url, MIGRATIONS, tmp_path)
    serials = ("A0000009", "A0000010", "A0000011", "B000001", "B0000001")
    database = Database(database_url)
    async with database.begin() as connection:
        deliveries = [("A0000009", 2, 3), ("A0000011", 1, 1), ("B000001", 1, 0), ("B0000001", 1, 0)]
        await _put(connection, "deliveries", *(_delivery(*each) for each in deliveries))
        await _put(connection, "books", *_books("SAFE", *serials))

    migrate(database_url, MIGRATIONS)

    async with Store(database).read() as records:
        notes = [await _first_movement(records, serial) for serial in serials]
    await database.close()
    assert notes == [
        ("A0000009", 2, "note of A0000009"),
        ("A0000009", 2, "note of A0000009"),
        ("A0000011", 1, "note of A0000011"),
        ("B000001", 1, "note of B000001"),
        ("B0000001", 1, "note of B0000001"),
    ]


async def _first_movement(records: Records, serial: str) -> tuple[str, int, str]:
    (movement,) = await records.movements.of_book(serial, 0, 1)
    assert (movement.before, movement.after) == (None, BookState.SAFE)
    return movement.books.first, movement.books.count, movement.delivery_note


async def test_a_job_that_is_over_ended_with_its_last_event(
    database_url: str, tmp_path: Path
) -> None:
    migrate_until("0015", database_url, MIGRATIONS, tmp_path)
    states = ("DONE", "CANCELLED", "FAILED", "QUEUED")
    database = Database(database_url)
    async with database.begin() as connection:
        for number, state in enumerate(states, start=1):
            await _put(connection, "jobs", _a_job(state, number, state))
            events = [{"job_id": state, "revision": revision, "event": "CREATE", "who": "",
                       "at": NOON + timedelta(days=revision), "reason": ""}
                      for revision in (1, 2)]  # fmt: skip
            await _put(connection, "job_history", *events)

    migrate(database_url, MIGRATIONS)

    async with Store(database).begin() as records:
        before_that = await records.printed_data.erase(NOON + timedelta(days=2), NOON, 10)
        after_that = await records.printed_data.erase(NOON + timedelta(days=3), NOON, 10)
    await database.close()
    assert (before_that, after_that) == (0, 3)


@pytest.mark.parametrize(
    ("payload", "why"),
    [(b"", "drawn head instead of a portrait"), (a_payload(), "before books had chips")],
)
async def test_a_page_of_an_earlier_version_is_held(
    database_url: str, tmp_path: Path, payload: bytes, why: str
) -> None:
    migrate_until("0010", database_url, MIGRATIONS, tmp_path)
    database = Database(database_url)
    async with database.begin() as connection:
        await _put(connection, "jobs", _a_job("old", 1, "QUEUED", payload))

    migrate(database_url, MIGRATIONS)

    async with Store(database).read() as records:
        (job,) = await records.jobs.queued(NOON, 1, timedelta(0))
        refusal = await HoldOutdatedPage(_valid, has_chips=True)(records, job, NOON)
    await database.close()
    assert job.state is JobState.QUEUED
    assert refusal is not None
    assert refusal[0] is JobEvent.HOLD
    assert why in refusal[1]


async def test_a_page_with_a_portrait_is_printed_where_books_have_no_chips(
    database_url: str, tmp_path: Path
) -> None:
    migrate_until("0010", database_url, MIGRATIONS, tmp_path)
    database = Database(database_url)
    async with database.begin() as connection:
        await _put(connection, "jobs", _a_job("old", 1, "QUEUED", a_payload()))

    migrate(database_url, MIGRATIONS)

    async with Store(database).read() as records:
        (job,) = await records.jobs.queued(NOON, 1, timedelta(0))
        assert await HoldOutdatedPage(_valid, has_chips=False)(records, job, NOON) is None
    await database.close()


async def test_an_application_with_several_jobs_is_named(database_url: str, tmp_path: Path) -> None:
    migrate_until("0022", database_url, MIGRATIONS, tmp_path)
    database = Database(database_url)
    async with database.begin() as connection:
        jobs: Sequence[dict[str, Any]] = [_a_job("one", 1, "DONE"), _a_job("two", 2, "QUEUED")]
        await _put(connection, "jobs", *(job | {"application_id": "A-7"} for job in jobs))
    await database.close()

    with pytest.raises(ValueError, match="applications with several jobs: A-7;"):
        migrate(database_url, MIGRATIONS)


async def _valid(records: Records, job: Job, now: datetime) -> None:
    """Take every clearance for valid."""
