"""Applications that were taken in before there were identity numbers are read and go on."""

from pathlib import Path

from issuance.store.records import MIGRATIONS
from servicekit.storage.database import migrate

from services.databases import execute
from services.older_schema import migrate_until


def test_they_have_none(database_url: str, tmp_path: Path) -> None:
    migrate_until("0056", database_url, MIGRATIONS, tmp_path)
    texts = ("holder", "decision_id", "document_number", "print_job", "book_serial")
    execute(
        database_url,
        f"INSERT INTO applications (id, office, type, priority_class, {', '.join(texts)},"
        " person_id, created_at, state_since, state, revision, delayed, reference)"
        " VALUES ('a1', 'BJM', 'new', 2, '', '', '', '', '', 'p1',"
        " '2018-10-26 01:00:00+00:00', '2018-10-26 01:00:00+00:00', 'received', 1, false, 'R1')",
    )

    migrate(database_url, MIGRATIONS)

    found = execute(database_url, "SELECT identity_number FROM applications")
    assert [number for (number,) in found] == [""]
