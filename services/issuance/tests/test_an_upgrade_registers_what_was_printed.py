"""The upgrade fills the register of documents, and refuses rows that contradict each other."""

import asyncio
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from issuance.store.tables.documents import documents
from issuance.store.tables.payments import payment_receipts
from servicekit.storage.database import Database
from sqlalchemy import Connection, create_engine, select, text

VERSIONS = Path(__file__).parents[1] / "src/issuance/store/migrations/versions"
APPLICATION = text(
    "INSERT INTO applications (number, id, office, type, priority_class, holder, person_id,"
    " created_at, state_since, state, revision, delayed, decision_id, document_number, print_job,"
    " book_serial, released_on, ready_at, handed_over_at) VALUES (:number, :id, 'BJM', 'renewal',"
    " 2, x'', :person, '2018-10-26 01:00:00.000000', '2018-10-26 01:00:00.000000', :state, 1, 0,"
    " '', :document, '', :id, '2018-10-29', '2018-10-29 02:00:00.000000', NULL)"
)
RECEIPT = text(
    'INSERT INTO history ("case", office, event, target, "by", at, reason, payment_receipt,'
    " interview_notes, document_number, print_job, book_serial, signed_by) VALUES (:id, 'BJM',"
    " 'record_payment', 'paid', 'siti', '2018-10-26 01:00:00.000000', '', :receipt, '', '', '', '',"
    " '')"
)


def _upgrade(connection: Connection, revision: str) -> None:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", "servicekit.storage:migration")
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", str(VERSIONS))
    command.upgrade(config, revision)


def _application(connection: Connection, number: int, state: str, **changes: str) -> None:
    row = {"number": number, "id": f"a{number}", "person": "ani", "document": f"X000000{number}"}
    connection.execute(APPLICATION, row | {"state": state} | changes)


def test_what_was_printed_is_in_the_register(tmp_path: Path) -> None:
    with create_engine(f"sqlite:///{tmp_path}/old.db").begin() as connection:
        _upgrade(connection, "0005")
        _application(connection, 1, "handed_over")
        _application(connection, 2, "handed_over")
        _application(connection, 3, "ready")
        _application(connection, 4, "paid", person="budi", document="")
        for id in ("a1", "a2"):
            connection.execute(RECEIPT, {"id": id, "receipt": "BNI-1"})

        _upgrade(connection, "head")

        c = documents.c
        found = connection.execute(select(c.case, c.status, c.issued_on).order_by(c.case)).all()
        receipts = connection.execute(select(payment_receipts)).all()
    assert [(row.case, row.status.value, str(row.issued_on)) for row in found] == [
        ("a1", "revoked", "2018-10-29"),
        ("a2", "valid", "2018-10-29"),
        ("a3", "made", "2018-10-29"),
    ]
    assert [tuple(row)[:2] for row in receipts] == [("BNI-1", "a1")]


def test_the_document_last_handed_over_is_valid(database_url: str) -> None:
    printed = [
        (1, "ani", "handed_over", "2018-10-29 02:00", "2018-11-05 02:00"),
        (2, "ani", "handed_over", "2018-10-29 02:00", "2018-11-02 02:00"),
        (3, "budi", "handed_over", "2018-10-29 23:30", "2018-11-05 02:00"),
        (4, "budi", "handed_over", "2018-10-30 00:30", "2018-11-05 02:00"),
        (5, "budi", "ready", "2018-10-31 02:00", None),
        (6, "citra", "handed_over", "2018-10-31 02:00", None),
    ]

    found = asyncio.run(_upgraded(database_url, printed))

    assert [(case, status, str(day), str(since)[:16]) for case, status, day, since in found] == [
        ("a1", "valid", "2018-10-29", "2018-11-05 02:00"),
        ("a2", "revoked", "2018-10-29", "2018-11-02 02:00"),
        ("a3", "revoked", "2018-10-29", "2018-11-05 02:00"),
        ("a4", "valid", "2018-10-30", "2018-11-05 02:00"),
        ("a5", "made", "2018-10-31", "2018-10-31 02:00"),
        ("a6", "valid", "2018-10-31", "2018-10-31 02:00"),
    ]


async def _upgraded(
    url: str, printed: list[tuple[int, str, str, str, str | None]]
) -> list[tuple[str, str, str, str]]:
    """Case, status, day of issue and time of the status of each document after the upgrade."""
    database = Database(url)
    async with database.begin() as connection:
        await connection.run_sync(_upgrade, "0005")
        for number, person, state, ready, handed_over in printed:
            row = _printed(number, person, state, ready, handed_over)
            await connection.execute(text(row), {"holder": b"holder"})
        await connection.run_sync(_upgrade, "head")
        found = await connection.execute(
            text('SELECT "case", status, issued_on, status_since FROM documents ORDER BY "case"')
        )
        rows = [(row[0], row[1], row[2], row[3]) for row in found]
    await database.close()
    return rows


def _printed(number: int, person: str, state: str, ready: str, handed_over: str | None) -> str:
    at = f"'{ready}:00.000000+00:00'"
    end = f"'{handed_over}:00.000000+00:00'" if handed_over else "NULL"
    return (
        "INSERT INTO applications (number, id, office, type, priority_class, holder, person_id,"
        " created_at, state_since, state, revision, delayed, decision_id, document_number,"
        " print_job, book_serial, ready_at, handed_over_at)"
        f" VALUES ({number}, 'a{number}', 'BJM', 'renewal', 2, :holder, '{person}', {at}, {at},"
        f" '{state}', 1, false, '', 'X000000{number}', '', 'B{number}', {at}, {end})"
    )


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"document": "X0000001"}, "documents of several applications: X0000001;"),
        ({}, "persons with several open applications: ani;"),
    ],
)
def test_what_contradicts_itself_is_named(
    tmp_path: Path, changes: dict[str, str], complaint: str
) -> None:
    with create_engine(f"sqlite:///{tmp_path}/old.db").begin() as connection:
        _upgrade(connection, "0005")
        _application(connection, 1, "approved")
        _application(connection, 2, "approved", **changes)

        with pytest.raises(ValueError, match=complaint):
            _upgrade(connection, "head")
