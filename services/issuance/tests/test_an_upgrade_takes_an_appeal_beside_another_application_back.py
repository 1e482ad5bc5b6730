"""Of a person with a reopened application and another open one, the appeal is taken back."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from issuance.domain.case import Case
from issuance.domain.history import HistoryEntry
from issuance.domain.states import ApplicationState
from issuance.store.records import MIGRATIONS, Store
from servicekit.storage.database import Database, migrate
from sqlalchemy import text

from services.older_schema import migrate_until

SINCE = datetime(2018, 11, 5, 2, tzinfo=UTC)
STATES = ApplicationState


def test_so_that_one_is_open(database_url: str, tmp_path: Path) -> None:
    migrate_until("0049", database_url, MIGRATIONS, tmp_path)
    asyncio.run(_write(database_url))

    migrate(database_url, MIGRATIONS)

    cases, histories, tasks = asyncio.run(_read(database_url))
    assert {id: (case.state, case.identification_due) for id, case in cases.items()} == {
        "appealed": (STATES.REFUSED, False),
        "renewal": (STATES.RECEIVED, False),
        "alone": (STATES.HANDED_OVER, True),
        "first": (STATES.HANDED_OVER, True),
        "second": (STATES.REFUSED, False),
        "identified": (STATES.HANDED_OVER, False),
        "following": (STATES.RECEIVED, False),
    }
    assert tasks == {
        "appealed": "withdrawn",
        "alone": "claimed",
        "first": "claimed",
        "second": "withdrawn",
    }
    assert [len(entries) for entries in histories.values()] == [2, 0, 1, 1, 2, 1, 0]


def test_and_it_is_on_record(database_url: str, tmp_path: Path) -> None:
    migrate_until("0049", database_url, MIGRATIONS, tmp_path)
    asyncio.run(_write(database_url))

    migrate(database_url, MIGRATIONS)

    cases, histories, _ = asyncio.run(_read(database_url))
    entry, case = histories["appealed"][-1], cases["appealed"]
    assert (entry.event, entry.source, entry.target, entry.by, entry.source_since) == (
        "confirm_duplicate",
        STATES.HANDED_OVER,
        STATES.REFUSED,
        "service:issuance",
        SINCE,
    )
    assert entry.details.reason == (
        "the appeal is taken back: the person had another open application when it was granted; "
        "appeal again when that one has ended"
    )
    assert case.refusal_reason is not None
    assert case.refusal_reason.en == "the applicant is on record under another identity"
    assert (case.revision, case.appeal_granted_by, case.state_since) == (5, "", entry.at)


def test_what_no_appeal_explains_is_named_and_nothing_changed(
    database_url: str, tmp_path: Path
) -> None:
    migrate_until("0049", database_url, MIGRATIONS, tmp_path)
    asyncio.run(_write(database_url))
    asyncio.run(_run(database_url, _application("by-hand", "dewi", "handed_over", due=True)))

    with pytest.raises(ValueError, match="several open applications: dewi;"):
        migrate(database_url, MIGRATIONS)
    asyncio.run(_run(database_url, "DELETE FROM applications WHERE id = 'by-hand'"))
    migrate(database_url, MIGRATIONS)

    cases, _, _ = asyncio.run(_read(database_url))
    assert cases["following"].state is STATES.RECEIVED


async def _run(url: str, statement: str) -> None:
    database = Database(url)
    async with database.begin() as connection:
        await connection.execute(text(statement))
    await database.close()


async def _write(url: str) -> None:
    database = Database(url)
    async with database.begin() as connection:
        for id, person, state, due in (
            ("appealed", "ani", "handed_over", True),
            ("renewal", "ani", "received", False),
            ("alone", "budi", "handed_over", True),
            ("first", "citra", "handed_over", True),
            ("second", "citra", "handed_over", True),
            ("identified", "dewi", "handed_over", False),
            ("following", "dewi", "received", False),
        ):
            await connection.execute(text(_application(id, person, state, due)))
            if state == "handed_over":
                await connection.execute(text(_appeal(id)))
            if due:
                await connection.execute(text(_task(id)))
    await database.close()


def _application(id: str, person: str, state: str, due: bool) -> str:
    texts = ("decision_id", "document_number", "print_job", "book_serial")
    granted_by = "rini" if state == "handed_over" else ""
    return (
        f"INSERT INTO applications (id, office, type, priority_class, holder, {', '.join(texts)},"
        " person_id, created_at, state_since, state, revision, delayed, identification_due,"
        f" appeal_granted_by) VALUES ('{id}', 'BJM', 'renewal', 2, '', '', '', '', '', '{person}',"
        f" '{SINCE}', '{SINCE}', '{state}', 4, false, {due}, '{granted_by}')"
    )


def _appeal(id: str) -> str:
    texts = (
        "on_behalf_of", "reason", "payment_receipt", "interview_notes", "document_number",
        "print_job", "book_serial", "signed_by",
    )  # fmt: skip
    empty = ", ".join(["''"] * len(texts))
    return (
        f'INSERT INTO history ("case", office, event, source, target, by, at, {", ".join(texts)})'
        f" VALUES ('{id}', 'BJM', 'reexamine_holder', 'refused', 'handed_over', 'rini', '{SINCE}',"
        f" {empty})"
    )


def _task(id: str) -> str:
    return (
        'INSERT INTO adjudication_tasks (id, "case", office, person_id, cause, state, decision_id,'
        " candidates, calibration, hits_total, clearances_needed, claimed_by, claimed_at,"
        f" opened_at) VALUES ('t-{id}', '{id}', 'BJM', 'p', 'other_person_found', 'claimed', '',"
        f" '[]', '', 1, 2, 'fauzi', '{SINCE}', '{SINCE}')"
    )


async def _read(
    url: str,
) -> tuple[dict[str, Case], dict[str, list[HistoryEntry]], dict[str, str]]:
    database = Database(url)
    ids = ("appealed", "renewal", "alone", "first", "second", "identified", "following")
    async with Store(database, "one").read() as records:
        cases = {id: await records.cases.get(id) for id in ids}
        histories = {id: list(await records.history.of_case(id)) for id in ids}
        tasks = {
            id: task.adjudication.state.value
            for id in ids
            for task in await records.adjudication_tasks.of_case(id)
        }
    await database.close()
    return cases, histories, tasks
