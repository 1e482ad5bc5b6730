"""What a merge moved before it could be undone is found in the history."""

from datetime import UTC, datetime
from pathlib import Path

from issuance.store.records import MIGRATIONS
from issuance.store.tables.person_merges import person_merges
from servicekit.storage.database import migrate
from sqlalchemy import Connection, create_engine, select, text

from services.older_schema import migrate_until

MERGE = text(
    'INSERT INTO person_merges (id, from_person, into_person, "case", office, at, "by", reason,'
    " superseded_document) VALUES (:id, :of, 'budi', :id, 'BJM', :at, 'eko', 'seen', '')"
)
MOVED = text(
    'INSERT INTO history ("case", office, event, target, "by", on_behalf_of, at, reason,'
    " payment_receipt, interview_notes, document_number, print_job, book_serial, signed_by)"
    " VALUES (:case, 'BJM', :event, 'handed_over', 'eko', '', :at, :reason, '', '', '', '', '', '')"
)
THEN, LATER = "2018-10-26 01:00:00.000000", "2018-10-29 01:00:00.000000"


def _moved(connection: Connection, case: str, person: str, at: str, event: str) -> None:
    reason = f"{person} is budi: seen"
    connection.execute(MOVED, {"case": case, "at": at, "event": event, "reason": reason})


def test_applications_are_those_of_the_event(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    migrate_until("0050", f"sqlite+aiosqlite:///{file}", MIGRATIONS, tmp_path)
    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        for id, person, at in (("m1", "ani", THEN), ("m2", "citra", THEN), ("m3", "dewi", LATER)):
            connection.execute(MERGE, {"id": id, "of": person, "at": at})
        _moved(connection, "a1", "ani", THEN, "merge_person")
        _moved(connection, "a2", "ani", THEN, "merge_person")
        _moved(connection, "c1", "citra", THEN, "merge_person")
        _moved(connection, "x1", "ani", LATER, "merge_person")
        _moved(connection, "x2", "ani", THEN, "link_person")

    migrate(f"sqlite+aiosqlite:///{file}", MIGRATIONS)

    with engine.begin() as connection:
        c = person_merges.c
        found = connection.execute(select(c.id, c.cases_moved, c.at, c.undone_at)).all()
    assert [(row.id, row.cases_moved, row.undone_at) for row in found] == [
        ("m1", ("a1", "a2"), None),
        ("m2", ("c1",), None),
        ("m3", (), None),
    ]
    assert found[0].at == datetime(2018, 10, 26, 1, tzinfo=UTC)
